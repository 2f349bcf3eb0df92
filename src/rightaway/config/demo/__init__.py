"""The demonstration: a small shop on real targets, and one release of it from registration to closure."""

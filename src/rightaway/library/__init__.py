"""The definitive library: release packages as bytes on disk, built once, named by their digest, never changed."""

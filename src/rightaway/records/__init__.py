"""WHAT WE REMEMBER: tables and their constraints, one small Django app per context, and nothing else."""

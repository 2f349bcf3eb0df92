"""
How we read what others give us: bytes in, typed values or one clear error out.

No files, no network, no clock, no Django.
"""

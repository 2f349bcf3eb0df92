"""The definitive library: release packages as bytes on disk, named by their digest, never changed."""

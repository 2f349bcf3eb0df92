"""WHAT WE CAN ASK: reads. Lists come as querysets, screens as frozen views, each with a constant number of statements."""

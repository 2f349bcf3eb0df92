"""WHAT WE CAN ASK: reads. Lists come as querysets, screens as frozen views; statements are constant in number."""

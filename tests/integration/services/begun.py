"""How far a world is when a test begins; given to `tests.stages.staged`."""

from pathlib import Path

from tests.world import World


def settled(folder: Path) -> World:
    return World(folder, targets=1).settle()


def registered(folder: Path) -> World:
    world = settled(folder)
    world.register()
    return world


def built(folder: Path) -> World:
    world = registered(folder)
    world.plan()
    world.build()
    return world

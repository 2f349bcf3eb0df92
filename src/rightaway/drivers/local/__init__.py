"""Acts on the worker's own host; the same guard as everywhere, through a subprocess."""

from rightaway.drivers.local.driver import LocalConfig, LocalDriver

__all__ = ["LocalConfig", "LocalDriver"]

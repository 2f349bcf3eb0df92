"""One server for everything: pages and API over WSGI on threads, live streams on the event loop beside them."""

import gc
from typing import Any

from a2wsgi import WSGIMiddleware

from rightaway.config.wsgi import application as pages
from rightaway.web import urls  # noqa: F401 -- loads every page now, before the first is asked for
from rightaway.web.streams import application as streams

COLLECT = (20_000, 20, 100)

_wsgi: Any = pages  # Django describes its WSGI in types of its own
_pages: Any = WSGIMiddleware(_wsgi, workers=16)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["path"].startswith("/streams/"):
        await streams(scope, receive, send)
        return

    async def body() -> Any:
        """Be a coroutine: the server's own `receive` is only awaitable, which a2wsgi does not take."""
        return await receive()

    await _pages(scope, body, send)


# What is loaded now stays for the life of the process. Looked through for garbage with every full collection, it
# makes a page now and then wait some tenths of a second.
gc.collect()
gc.freeze()
gc.set_threshold(*COLLECT)

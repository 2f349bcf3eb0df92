"""Sends mail beside the work of a worker, so that a slow mail server holds up nothing else."""

import logging
import threading
from collections.abc import Callable

from django.utils import timezone

from rightaway.engine import runtime
from rightaway.services import mails

log = logging.getLogger("rightaway.mail")
EVERY_S = 5.0


class Postman(threading.Thread):
    """
    Empties the outbox until stopped; what a round could not do is left for the next.

    Args:
        compose: Makes the messages; the pages know how, which the engine does not.
    """

    def __init__(self, compose: mails.Compose, ending: threading.Event) -> None:
        super().__init__(name="postman", daemon=True)
        self._compose, self._ending = compose, ending

    def run(self) -> None:
        send: Callable[..., int] = runtime.with_connection(mails.pass_by)
        while not self._ending.wait(EVERY_S):
            try:
                send(now=timezone.now(), compose=self._compose)
            except Exception:
                log.exception("mail could not be sent; it is tried again")

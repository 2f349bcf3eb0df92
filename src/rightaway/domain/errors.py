"""
Every error Rightaway raises on purpose.

RightawayError(code, message, hint, at, evidence)
├── NotFound                 no such thing, or not for you: the same answer
├── Forbidden                who lacks which permission, or a separation of duties rule
├── Invalid                  what was sent is wrong; `at` names the place
│   └── TooLarge             more than the limit
├── Refused                  the rules say no
│   ├── TransitionRefused    state, event, and the events allowed
│   └── GateClosed           the full list of what is missing
├── Stale                    the record changed since it was seen
└── Unavailable              something outside did not answer
DriverError                  a target could not be acted on
├── Retryable                nothing began; trying again is safe
├── Terminal                 trying again would end the same way
└── InDoubt                  it may or may not have begun: only a look can tell
"""

from collections.abc import Mapping, Sequence
from typing import Any


class RightawayError(Exception):
    """
    An answer to a person, not a stack trace.

    Args:
        code: Stable and documented, `noun.reason`; programs match on it.
        message: What is wrong, in one sentence.
        hint: What to do next; empty when the message says it.
        at: Where: a JSON pointer, `line:column`, or a field name.
        evidence: What the rule saw; JSON values only, no secrets.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str = "",
        at: str = "",
        evidence: Mapping[str, Any] | None = None,
        errors: Sequence["RightawayError"] = (),
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.at = code, message, hint, at
        self.evidence = dict(evidence or {})
        self.errors = tuple(errors)


class NotFound(RightawayError): ...


class Forbidden(RightawayError): ...


class Invalid(RightawayError): ...


class TooLarge(Invalid): ...


class Refused(RightawayError): ...


class TransitionRefused(Refused): ...


class GateClosed(Refused): ...


class Stale(RightawayError): ...


class Unavailable(RightawayError): ...


class DriverError(RightawayError): ...


class Retryable(DriverError): ...


class Terminal(DriverError): ...


class InDoubt(DriverError): ...

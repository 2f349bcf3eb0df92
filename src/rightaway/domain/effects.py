"""What a step does to its target, and therefore what may happen when nobody knows whether it ran."""

from enum import StrEnum


class OnDoubt(StrEnum):
    """What is allowed when a worker died, a link was cut or an answer was lost."""

    RUN_AGAIN = "run_again"
    ASK_TARGET = "ask_target"
    PROBE = "probe"
    ASK_PERSON = "ask_person"


class Effect(StrEnum):
    """
    The effect class every step declares; the plan shows it and the approval covers it.

    E0 reads only. E1 is declarative: the same result when repeated. E2 is keyed: the target keeps a
    receipt per operation id and never starts it twice. E3 has a probe that tells whether it was done.
    E4 is opaque: after a doubt only a person can tell.
    """

    E0 = "E0"
    E1 = "E1"
    E2 = "E2"
    E3 = "E3"
    E4 = "E4"

    @property
    def needs_receipt(self) -> bool:
        return self is not Effect.E0

    @property
    def on_doubt(self) -> OnDoubt:
        return _ON_DOUBT[self]


_ON_DOUBT = {
    Effect.E0: OnDoubt.RUN_AGAIN,
    Effect.E1: OnDoubt.RUN_AGAIN,
    Effect.E2: OnDoubt.ASK_TARGET,
    Effect.E3: OnDoubt.PROBE,
    Effect.E4: OnDoubt.ASK_PERSON,
}

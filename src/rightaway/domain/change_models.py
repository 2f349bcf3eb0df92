"""Models of standard changes: authorised once by two people, for changes that fit, as long as they go well."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from rightaway.domain.canonical import digest
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.moves import Table
from rightaway.domain.sentences import Sentence, Word, said, spaced, wordlist

UNUSED = timedelta(days=180)
LOOK_BACK = 20
FAILURES = 2
HINT = said("Register it as a normal change, or use another model.")
BOUND = ("title", "implementation_plan", "test_plan", "remediation_plan", "ci_classes", "max_items")
"""What was authorised, besides the services; who owns the model and how it is described is not."""


class ModelState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    RETIRED = "retired"


class AttemptResult(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"


S = ModelState
TABLE: Table[ModelState] = Table(
    "change_model",
    initial=S.DRAFT,
    terminal={S.RETIRED},
    rows=(
        (S.DRAFT, "authorise", S.ACTIVE),
        (S.DRAFT, "retire", S.RETIRED),
        (S.ACTIVE, "suspend", S.SUSPENDED),
        (S.ACTIVE, "expire", S.EXPIRED),
        (S.ACTIVE, "retire", S.RETIRED),
        (S.ACTIVE, "revise", S.DRAFT),
        (S.SUSPENDED, "revise", S.DRAFT),
        (S.SUSPENDED, "retire", S.RETIRED),
        (S.EXPIRED, "revise", S.DRAFT),
        (S.EXPIRED, "retire", S.RETIRED),
    ),
)
BY_A_PERSON = frozenset({"suspend", "retire", "revise"})


@dataclass(frozen=True, slots=True)
class Item:
    """A configuration item that a change names."""

    key: str
    ci_class: str


@dataclass(frozen=True, slots=True)
class Model:
    """What a model allows, and whether it counts now."""

    number: str
    state: str
    is_whole: bool
    services: frozenset[str]
    ci_classes: frozenset[str]
    max_items: int
    last_needed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Record:
    """How the latest attempts under a model ended; `rate` is what can be expected of the next one."""

    succeeded: int
    failed: int

    @property
    def rate(self) -> float:
        """Give the share of successes, as if one more had gone well and one badly (Laplace)."""
        return (self.succeeded + 1) / (self.succeeded + self.failed + 2)

    @property
    def is_bad(self) -> bool:
        return self.failed >= FAILURES


def record(results: Iterable[str]) -> Record:
    """Count the latest results, newest first; what still runs counts for neither side."""
    told = [one for one in results if one in set(AttemptResult)][:LOOK_BACK]
    return Record(told.count(AttemptResult.SUCCEEDED), told.count(AttemptResult.FAILED))


def model_digest(content: Mapping[str, Any]) -> str:
    return digest(dict(content), label="rightaway/change-model/v1")


def is_unused(last_needed_at: datetime | None, now: datetime) -> bool:
    """Say whether nobody needed the model for so long that it has to be looked at again."""
    return last_needed_at is not None and now - last_needed_at >= UNUSED


def standing(model: Model, now: datetime) -> str:
    """Give `active` when the model authorises changes now; else its state, or that it is not what was authorised."""
    if model.state == S.ACTIVE and is_unused(model.last_needed_at, now):
        return S.EXPIRED
    return "tampered" if model.state == S.ACTIVE and not model.is_whole else model.state


def check_usable(model: Model, now: datetime) -> None:
    """
    Refuse a model that authorises nothing now.

    Raises:
        Refused: `change_model.not_active` or `change_model.tampered`.
    """
    state = standing(model, now)
    if state not in {S.ACTIVE, "tampered"}:
        raise Refused(
            "change_model.not_active",
            said(
                "{number} is {state}; only an active model authorises a standard change.",
                number=model.number,
                state=Word(state),
            ),
            hint=HINT,
            evidence={"model": model.number, "state": str(state)},
        )
    if state == "tampered":
        raise Refused(
            "change_model.tampered",
            said("{number} is not what two people authorised.", number=model.number),
            hint=said("Revise the model and have it authorised again."),
        )


def check_fit(model: Model, *, service: str, items: Collection[Item], radius: int) -> None:
    """
    Refuse a change that the model was not authorised for, with everything that does not fit.

    Args:
        radius: How many items the change reaches, those that depend on the named ones included.

    Raises:
        Invalid: `change_model.unfit`; its `errors` say what does not fit.
    """
    wrong = [*_misfits(model, service, items, radius)]
    if wrong:
        text = spaced(one.message for one in wrong)
        raise Invalid(
            "change_model.unfit",
            said("The change does not fit {number}: {text}", number=model.number, text=text),
            hint=HINT,
            at="model",
            errors=wrong,
        )


def _misfits(model: Model, service: str, items: Collection[Item], radius: int) -> Sequence[Invalid]:
    wrong = []
    if service not in model.services:
        text = said(
            "The model is for {services}, not for {service}.",
            services=sorted(model.services),
            service=service,
        )
        wrong.append(_unfit("service", text))
    if not items:
        text = said("It names no configuration item, so nobody sees what it touches.")
        wrong.append(_unfit("affected_cis", text))
    strange = sorted(f"{one.key} ({one.ci_class})" for one in items if one.ci_class not in model.ci_classes)
    if strange:
        text = said(
            "The model allows the classes {classes}, not {strange}.",
            classes=wordlist(sorted(model.ci_classes)),
            strange=strange,
        )
        wrong.append(_unfit("affected_cis", text))
    if radius > model.max_items:
        text = said(
            "It reaches {count} items, the model allows {limit}.", count=radius, limit=model.max_items
        )
        wrong.append(_unfit("affected_cis", text))
    return wrong


def _unfit(at: str, message: Sentence) -> Invalid:
    return Invalid("change_model.unfit", message, hint=HINT, at=at)

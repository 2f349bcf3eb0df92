"""What may be written about a change, checked before it is stored."""

from collections.abc import Mapping
from typing import Any

from rightaway.domain.change_models import HINT
from rightaway.domain.changes import ChangeType, RfcClass
from rightaway.domain.errors import Invalid
from rightaway.domain.risk import check_stated
from rightaway.domain.risk_questions import check
from rightaway.domain.sentences import said
from rightaway.queries import risk
from rightaway.queries.bound_content import CHANGE_BOUND
from rightaway.records.changes.models import Change, ChangeModel
from rightaway.services import _guard
from rightaway.services.change_models import PLANS

EDITABLE = (
    *(name for name in CHANGE_BOUND if name != "change_type"),
    "impact",
    "urgency",
    "committed_at",
    "disposition",
    "rfc_class",
    "planned_start",
    "planned_end",
    "risk_answers",
    "risk_level",
    "risk_reason",
)


def known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """
    Give the fields, typed as they are stored.

    Raises:
        Invalid: a field that nobody edits, or a value that is none.
    """
    unknown = sorted(set(fields) - set(EDITABLE))
    if unknown:
        raise Invalid(
            "field.unknown",
            said("A change has no editable field '{value}'.", value=unknown[0]),
            at=unknown[0],
        )
    found = dict(fields)
    if found.get("rfc_class", RfcClass.MINOR) not in set(RfcClass):
        raise Invalid(
            "change.rfc_class",
            said("There is no class '{rfc_class}'.", rfc_class=found["rfc_class"]),
            at="rfc_class",
        )
    if "risk_answers" in found:
        check(risk.questions(), found["risk_answers"])
        found["risk_answers"] = {key: answer for key, answer in found["risk_answers"].items() if answer}
    return found


def check_window(change: Change) -> None:
    start, end = change.planned_start, change.planned_end
    if start is not None and end is not None and start >= end:
        raise Invalid("change.window", said("It ends before it begins."), at="planned_end")


def check_risk(change: Change, given: Mapping[str, Any]) -> None:
    """Hold a person's word on the risk to the score, which is counted with what was written just now."""
    if given.get("risk_level") is not None:
        check_stated(risk.of_change(change).level, given["risk_level"], change.risk_reason)


def keep_to_model(change: Change, given: Mapping[str, Any]) -> None:
    for name in PLANS:
        if change.model is not None and given.get(name, "") not in {"", getattr(change.model, name)}:
            raise Invalid(
                "change_model.own_plan",
                said("A standard change is carried out as {number} says.", number=change.model.number),
                hint=said("Withdraw it and register a normal change."),
                at=name,
            )


def model_of(change_type: str, number: str) -> ChangeModel | None:
    """Find the model that a standard change names; another change has none."""
    if change_type == ChangeType.STANDARD and not number:
        raise Invalid(
            "change.model_needed",
            said("A standard change names the model that authorises it."),
            at="model",
            hint=HINT,
        )
    if change_type != ChangeType.STANDARD and number:
        raise Invalid(
            "change.model_unused", said("Only a standard change is authorised by a model."), at="model"
        )
    return _guard.find(ChangeModel, number=number) if number else None

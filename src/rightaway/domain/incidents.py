"""What becomes of the incidents, problems, known errors and interactions linked to a release."""

from rightaway.domain.errors import Refused
from rightaway.domain.facts_closure import LinkedRecordFacts
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.reviews import FAILED_OUTCOMES
from rightaway.domain.sentences import Sentence, Word, said, wordlist
from rightaway.domain.unmet import Unmet
from rightaway.domain.values import IncidentLink

# Dispositions by kind of record; the ones in LEFT_OPEN keep the record open and need a reason.
DISPOSITIONS = {
    "incident": ("close", "keep_open"),
    "problem": ("close", "keep_open"),
    "known_error": ("close", "publish", "keep_open"),
    "interaction": ("close", "call_back", "keep_open"),
}
LEFT_OPEN = frozenset({"keep_open"})


def offered(record: LinkedRecordFacts) -> tuple[str, ...]:
    """
    Give the dispositions the record may get.

    Nothing closes whose own test failed, and a known error that the release brings in stays open, published.
    """
    choices = DISPOSITIONS[record.kind]
    if record.link == "introduces":
        return tuple(choice for choice in choices if choice != "close")
    if record.test_passed is False:
        return tuple(choice for choice in choices if choice == "keep_open")
    return tuple(choice for choice in choices if choice != "publish")


def proposed(record: LinkedRecordFacts) -> tuple[str, Sentence]:
    """
    Propose what becomes of a record when its release closes, and say why.

    Nothing is proposed to be closed whose own test failed, or that is not over by what is recorded of it.
    """
    keep = "keep_open"
    if record.test_passed is False:
        return keep, said("its own test failed")
    if record.kind == "known_error" and record.link == "introduces":
        if record.workaround_article:
            return "publish", said("the release brings it, and there is a workaround")
        return keep, said("the release brings it, and there is no workaround")
    if record.kind == "known_error":
        return "close", said("its own test passed") if record.test_passed else said("the release fixes it")
    if record.kind == "interaction":
        if record.channel == "phone":
            return "call_back", said("the contact came by phone")
        return "close", said("the contact is answered with the release")
    if record.kind == "problem":
        named = said("its root cause is named")
        return ("close", named) if record.resolved else (keep, said("its root cause is not named"))
    if record.link == IncidentLink.RESOLVED:
        return "close", said("its own test passed") if record.test_passed else said("the release resolves it")
    if record.resolved:
        return "close", said("the service is restored")
    return keep, said("the service is not restored")


def dispose(record: LinkedRecordFacts, disposition: str, reason: str = "") -> bool:
    """
    Check a disposition and say whether it leaves the record open.

    Raises:
        Refused: the record may not get it, or it lacks what it needs.
    """
    choices = offered(record)
    if disposition not in choices:
        raise Refused(
            "linked_record.disposition_refused",
            said(
                "{number} cannot get the disposition {disposition}.",
                number=record.number,
                disposition=Word(disposition.replace("_", " ")),
            ),
            hint=said("Possible: {choices}.", choices=wordlist(choices)),
            evidence={"record": record.number, "test_passed": record.test_passed, "link": record.link},
        )
    if disposition in LEFT_OPEN and not reason.strip():
        raise Refused(
            "linked_record.reason_missing",
            said("{number} stays open without a reason.", number=record.number),
            hint=said("Say why it stays open and who goes on with it."),
            at="reason",
        )
    if disposition == "publish" and not record.workaround_article:
        raise Refused(
            "linked_record.workaround_missing",
            said("{number} has no workaround article.", number=record.number),
            hint=said("Write and publish a workaround first."),
            at="workaround_article",
        )
    return disposition in LEFT_OPEN | {"publish"}


def disposed(facts: ReleaseFacts) -> tuple[Unmet, ...]:
    """Every linked record has a disposition, and a release that went wrong has a problem."""
    found = [
        Unmet(
            "G60",
            "G60.disposition_missing",
            said("It is not said what becomes of {number}.", number=record.number),
            "release_manager",
            said("Choose for {number}: {choices}.", number=record.number, choices=wordlist(offered(record))),
            {"record": record.number, "kind": record.kind},
        )
        for record in facts.linked
        if record.open and not record.disposition
    ]
    return (*found, *problem_recorded(facts))


def problem_recorded(facts: ReleaseFacts) -> tuple[Unmet, ...]:
    if facts.closure.outcome not in FAILED_OUTCOMES or facts.closure.problem_refusal_reason.strip():
        return ()
    if any(record.kind == "problem" for record in facts.linked):
        return ()
    return (
        Unmet(
            "G60",
            "G60.problem_missing",
            said("The outcome is {outcome}, and no problem is linked.", outcome=Word(facts.closure.outcome)),
            "service_owner",
            said("Open a problem, or record why none is wanted."),
            {"outcome": facts.closure.outcome},
        ),
    )

"""How a state looks: a tone and an icon beside its word, so that nothing means something by colour alone."""

from dataclasses import dataclass

from django.utils.translation import get_language, gettext

from rightaway.domain.approval_sources import BOARD, GROUP, USER

_LOOKS = {
    ("ok", "circle-check"): (
        "approved go chosen succeeded passed done satisfied released tested published authorised implemented success"
        " successful ended_ok built_tested in_use installed met active in_force activated pass applied sealed yes fixes"
        " accepted granted settled close"
        " created updated shipped departed"
    ),
    ("info", "loader-circle"): (
        "running applying verifying backing_out reverting implementing stopping in_progress intent baking"
    ),
    (
        "info",
        "circle-dot",
    ): "aboard due planned validated assessed scheduled registered exit_proposed extended cmdb_update review now",
    ("warn", "hourglass"): "pending_vote awaiting_approval gated waiting queued",
    ("warn", "circle-question-mark"): "unknown in_doubt no_data",
    ("warn", "undo-2"): "backed_out reverted returned",
    ("warn", "triangle-alert"): (
        "succeeded_partial success_with_issues waived partly open overdue expired ended_with_debt abort maintenance"
        " successful_with_problems partially_backed_out partial partially_implemented introduces differs critical_path"
        " accepted_with_reservations keep_open"
    ),
    ("warn", "pause"): "paused held hold suspended on_hold",
    ("bad", "circle-x"): (
        "failed missed denied rejected void not_met critical major fail error timed_out revert_failed backout_failed"
        " failed_not_backed_out failed_backed_out blocked missing refused"
    ),
    (
        "",
        "ban",
    ): "cancelled left moved aborted abandoned withdrawn superseded discarded not_started closed retired",
    ("", "circle-slash"): "skipped not_applicable",
    ("", "circle"): "pending ready initial draft not_requested resolved todo no",
}
_SAID = {
    "plan_design": "plan and design",
    "build_test": "build and test",
    "go_no_go": "go or no-go",
    "cab": "CAB",
    "faq": "FAQ",
    "uat": "UAT",
    "tcab": "TCAB",
    "dcab": "DCAB",
    "ecab": "ECAB",
    "cmdb_update": "CMDB update",
    "update_cmdb": "update CMDB",
    "cis": "configuration items",
    "affected_cis": "affected configuration items",
    "els_exit_criteria": "exit criteria",
    "els_starts_at": "early life support starts",
    "els_ends_at": "early life support ends",
    "due_at": "due",
    "finish_start": "finish to start",
    "start_start": "start to start",
    "finish_finish": "finish to finish",
    "els_cover": "early life support cover",
    "pir_action": "action of a review",
    "expires_at": "valid until",
}
_BY_WORD = {word: look for look, words in _LOOKS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Look:
    tone: str
    icon: str
    text: str


def look(state: str) -> Look:
    """Give the look of a state; one without an entry is neutral and keeps its word."""
    tone, icon = _BY_WORD.get(state, ("", "circle"))
    return Look(tone, icon, words(state))


def plain(key: str) -> str:
    """Turn `awaiting_approval` into `awaiting approval`."""
    return _SAID.get(key, key.replace("_", " "))


def words(key: str) -> str:
    """Turn `awaiting_approval` into `Awaiting approval`, in the reader's language."""
    text = plain(str(key))
    return gettext(text[:1].upper() + text[1:]) if text else ""


def within(text: str) -> str:
    """Give a word as it stands within a sentence; German writes its nouns with a capital letter there too."""
    if get_language() == "de":
        return text
    return " ".join(word if word.isupper() else word.lower() for word in text.split(" "))


def source(text: str) -> str:
    """Say who gives an approval: a role, a person, a group, a board, or people of the release."""
    for kind in (USER, GROUP, BOARD):
        if text.startswith(kind):
            return text.removeprefix(kind)
    return within(words(text))

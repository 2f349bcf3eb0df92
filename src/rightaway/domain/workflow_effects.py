"""What a way may do to the release, by the names a workflow uses; the services carry it out."""

from collections.abc import Mapping

EFFECTS: Mapping[str, str] = {
    "freeze_assessment": "priority and need of training are computed from the assessment and kept",
    "new_attempt": "the release begins anew, with its history kept: tasks are made again",
    "release_changes": "the changes go back to their own schedule, the package is withdrawn",
    "reject_package": "the package counts as rejected",
    "accept_package": "the package counts as tested",
    "owe_paperwork": "the approvals that an emergency skips are owed from now on",
    "owe_nothing": "nothing is owed any more of what an emergency skipped",
    "start_early_life": "early life support begins, as long as it was planned",
    "abort_early_life": "early life support ends without result",
    "accept_back_out": "the outcome of the release is that it was backed out",
    "close": "the release ends: early life support too, and the package counts as released",
}
"""Before the release is stored in its new phase."""
AFTER: Mapping[str, str] = {
    "ask_afterwards": "the approvals that an emergency skipped are asked for",
    "back_out_deployments": "what was deployed to production is undone",
}
"""Once it is stored."""

"""Whether a release takes commands: not at its end, and on hold only those that lose nothing by coming."""

from rightaway.domain.errors import Refused
from rightaway.domain.release_holds import refuse
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import PhaseStatus
from rightaway.queries import templates
from rightaway.records.releases.models import Release


def require_open(release: Release, *, held_too: bool = False) -> None:
    """
    Refuse a command on a release that is over, or on hold.

    Args:
        held_too: Evidence of what happened is taken in at any time.

    Raises:
        Refused: `release.closed`, or `hold.held`.
    """
    if release.phase in templates.of(release).terminal:
        raise Refused(
            "release.closed",
            said(
                "{number} is {phase}; a closed release does not change.",
                number=release.number,
                phase=Word(release.phase),
            ),
        )
    if not held_too and release.phase_status == PhaseStatus.ON_HOLD:
        raise refuse(release.number)

"""The states of a task of a release."""

from rightaway.domain.moves import Table
from rightaway.domain.values import TaskState

_OPEN = (TaskState.READY, TaskState.ACTIVE)
ENDED = (TaskState.DONE, TaskState.SKIPPED, TaskState.CANCELLED)
_ENDING = {"finish": TaskState.DONE, "skip": TaskState.SKIPPED, "cancel": TaskState.CANCELLED}
EVENTS = {TaskState.ACTIVE: "start", **{state: event for event, state in _ENDING.items()}}
"""By the state a person wants a task to be in."""

TASK = Table(
    "task",
    initial=TaskState.READY,
    terminal=(),
    rows=(
        (TaskState.READY, "start", TaskState.ACTIVE),
        *((state, event, end) for state in _OPEN for event, end in _ENDING.items()),
        *((state, "reopen", TaskState.READY) for state in ENDED),
    ),
)

"""The records that people talk about, watch and are told of, named by kind and number (or key)."""

from dataclasses import dataclass
from enum import StrEnum


class SubjectKind(StrEnum):
    """The kinds, by the words the audit log uses for them."""

    RELEASE = "release"
    CHANGE = "change"
    DEPLOYMENT = "deployment"
    CI = "ci"
    INCIDENT = "incident"
    PROBLEM = "problem"
    KNOWN_ERROR = "known_error"
    ARTICLE = "article"
    MEETING = "meeting"
    BOARD = "board"
    CHANGE_MODEL = "change_model"
    POLICY = "policy"

    @property
    def words(self) -> str:
        return "configuration item" if self is SubjectKind.CI else self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Subject:
    """
    One record, as a conversation about it needs it.

    Args:
        key: Its number, or the key of a configuration item.
        scope: The service whose roles count.
        stream: The stream of the audit log that tells its history.
        is_common: Whoever sees anything at all sees it: configuration items.
        owner_id: The account that made it, where a person did.
        involved: Accounts that watch it without having asked: author, coordinator, stakeholders.
        parent: The record whose watchers are told of this one too: the release of a deployment.
    """

    kind: SubjectKind
    key: str
    title: str
    scope: str
    stream: str
    is_common: bool = False
    owner_id: int | None = None
    involved: frozenset[int] = frozenset()
    parent: "Subject | None" = None

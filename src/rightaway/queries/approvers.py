"""Who may give the approvals of a release, and where each stands: read from rows, judged by the domain."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from rightaway.domain import approval_sources
from rightaway.domain.approvals import (
    ApprovalState,
    Asked,
    Decision,
    Requirement,
    Standing,
    Vote,
    Voter,
    bound_digest,
)
from rightaway.domain.approvals import standing as judged
from rightaway.domain.expressions import Facts
from rightaway.domain.permissions import EVERYWHERE
from rightaway.domain.policies import Policy
from rightaway.domain.values import PersonKind
from rightaway.domain.workflows import Template
from rightaway.queries import board_seats, bound_content, policies, templates
from rightaway.queries.board_seats import StandIn
from rightaway.records.approvals.models import Approval, Delegation
from rightaway.records.people.models import Group, RoleBinding, User
from rightaway.records.releases.models import Release

APPROVES = "approve"


def requirement(release: Release, kind: str) -> Requirement | None:
    """Give what the approval asks of this release; None when it is not needed for it."""
    return _needed(release, [templates.of(release).approval(kind)], None)[kind]


def requirements(
    release: Release, template: Template | None = None, policy: Policy | None = None
) -> dict[str, Requirement | None]:
    """
    Give what each approval of the workflow, its own or another, asks of this release.

    Args:
        policy: Another one than holds, to see what it would ask for.
    """
    return _needed(release, (template or templates.of(release)).approvals, policy)


def _needed(
    release: Release, found: Sequence[Requirement], policy: Policy | None
) -> dict[str, Requirement | None]:
    policy = policy or policies.of_service(release.service, timezone.now())
    asked = _asked(found)
    facts = expression_facts(release, asked, policy) if asked else {}
    return {one.key: _fitted(one, release, facts, policy) if one.is_needed(facts) else None for one in found}


def _fitted(held: Requirement, release: Release, facts: Facts, policy: Policy) -> Requirement:
    also = policy.approve_besides(held.key, release.release_type)
    return _of_boards(held.adapted(facts).joined(also))


def _of_boards(held: Requirement) -> Requirement:
    """Give the requirement with how many votes the word of each of its boards takes."""
    found = board_seats.quorums(held.sources)
    return replace(held, quorums=found) if found else held


def _asked(requirements: Iterable[Requirement]) -> str:
    """Give the text of all expressions of these approvals; empty when there are none."""
    texts = (text for one in requirements for text in (one.when, *(case.when for case in one.cases)))
    return " ".join(filter(None, texts))


def expression_facts(release: Release, asked: str, policy: Policy) -> dict[str, str | int | bool]:
    """
    Give what expressions may look at; what is not recorded counts as the most serious there is.

    Args:
        asked: The text of the expressions: nothing is counted that none of them names.
    """
    return {
        "release_type": release.release_type,
        "release_kind": release.release_kind,
        "reason": release.reason,
        "service": release.service.key,
        "impact_assessment": release.impact_assessment or 0,
        "urgency": release.urgency or 0,
        "changes": release.changes.count() if "changes" in asked else 0,
        "cis": release.affected_cis.count() if "cis" in asked else 0,
        "cost_estimate": release.cost_estimate or 0,
        "frozen": bool(bound_content.freezes(release, policy)),
        "rollout_accepted": release.release_type in policy.rollout_acceptance,
    }


@dataclass(frozen=True, slots=True)
class Holders:
    """
    Who belongs to which source for one release.

    Args:
        own: The sources of each active human; nobody else is in here.
        authors: The humans who wrote each part.
        delegations: Those that hold at the moment of reading.
        alternates: Of boards, who stands in for a member who is away.
    """

    own: Mapping[int, frozenset[str]]
    authors: Mapping[str, frozenset[int]]
    delegations: tuple[Delegation, ...]
    alternates: tuple[StandIn, ...] = ()

    @classmethod
    def of(cls, release: Release, needed: Iterable[Requirement], now: datetime) -> "Holders":
        sources = {source for one in needed for source in one.sources}
        delegations = Delegation.objects.filter(
            Q(release=release) | Q(release__isnull=True), starts_at__lte=now, ends_at__gt=now
        ).order_by("id")
        found = tuple(delegations)
        own = _own(release, sources)
        keys = approval_sources.named(tuple(sources), approval_sources.BOARD)
        members, alternates = board_seats.members(keys, now) if keys else ([], [])
        for person, source in members:
            own[person].add(source)
        humans = {*own, *(one.taker_id for one in found), *(one.taker_id for one in alternates)}
        active = User.objects.filter(pk__in=humans, is_active=True, kind=PersonKind.PERSON)
        names = dict(active.values_list("pk", "username"))
        for key, name in names.items():
            if f"{approval_sources.USER}{name}" in sources:
                own[key].add(f"{approval_sources.USER}{name}")
        held = {key: frozenset(own.get(key, ())) for key in names}
        return cls(held, _authors(release), found, tuple(alternates))

    def voters(self, needed: Requirement) -> list[Voter]:
        """Give everybody who may vote by themselves: active humans of a source who wrote nothing of what is bound."""
        authors = self._authors_of(needed)
        held = {key: sources & set(needed.sources) for key, sources in self.own.items() if key not in authors}
        return [Voter(str(key), sources) for key, sources in sorted(held.items()) if sources]

    def stand_ins(self, needed: Requirement) -> dict[int, list[int]]:
        """Give who may vote for whom, by the deputy; never an author, and never for one who may not vote."""
        authors = self._authors_of(needed)
        givers = {int(voter.person) for voter in self.voters(needed)}
        found: dict[int, list[int]] = {}
        deputies: list[Delegation | StandIn] = [*self.delegations, *self._acting(needed)]
        for one in deputies:
            is_meant = not one.kind or one.kind == needed.key
            if (
                is_meant
                and one.giver_id in givers
                and one.taker_id in self.own
                and one.taker_id not in authors
            ):
                found.setdefault(one.taker_id, []).append(one.giver_id)
        return found

    def people(self, needed: Requirement) -> list[Voter]:
        """Give who may vote and whose vote can count, deputies with nothing of their own included."""
        found = self.voters(needed)
        known = {voter.person for voter in found}
        acted = [one.taker_id for one in self.alternates if one.source in needed.sources]
        others = dict.fromkeys((*self.stand_ins(needed), *(one for one in acted if one in self.own)))
        return [*found, *(Voter(str(key), frozenset()) for key in others if str(key) not in known)]

    def authority(self, person: int, needed: Requirement) -> tuple[frozenset[str], int | None]:
        """Give the sources a person votes with, and for whom if not for themselves; authors included."""
        own = self.own.get(person, frozenset()) & set(needed.sources)
        givers = (
            []
            if own
            else [
                one.giver_id
                for one in self.delegations
                if one.taker_id == person and one.kind in {"", needed.key}
            ]
        )
        authors = self._authors_of(needed)
        for giver in givers:
            held = self.own.get(giver, frozenset()) & set(needed.sources)
            if held and giver not in authors:
                return held, giver
        for one in [] if own else self._acting(needed):
            if one.taker_id == person and one.giver_id not in authors:
                return frozenset({one.source}), one.giver_id
        return own, None

    def _acting(self, needed: Requirement) -> list[StandIn]:
        return [one for one in self.alternates if one.is_acting and one.source in needed.sources]

    def _authors_of(self, needed: Requirement) -> frozenset[int]:
        return frozenset().union(*(self.authors.get(part, frozenset()) for part in needed.bound))


@dataclass(frozen=True, slots=True)
class Recorded:
    """The approvals of a release as they are recorded: what each asks for, its newest row, and who may answer."""

    needed: Mapping[str, Requirement | None]
    newest: Mapping[str, Approval]
    holders: Holders


def recorded(
    release: Release,
    now: datetime,
    *also: str,
    template: Template | None = None,
    policy: Policy | None = None,
) -> Recorded:
    """Read the approvals of a release with their votes; `also` names what else of each row is read with it."""
    needed = requirements(release, template, policy)
    rows = release.approvals.prefetch_related("votes", "asked_of", *also).order_by("id")
    return Recorded(
        needed=needed,
        newest={row.kind: row for row in rows},
        holders=Holders.of(release, [one for one in needed.values() if one], now),
    )


def _own(release: Release, sources: set[str]) -> defaultdict[int, set[str]]:
    own: defaultdict[int, set[str]] = defaultdict(set)
    held = RoleBinding.objects.filter(role__in=sources, scope__in=[release.service.key, EVERYWHERE])
    for person, role in held.values_list("user_id", "role"):
        own[person].add(role)
    groups = approval_sources.named(tuple(sources), approval_sources.GROUP)
    for key, person in Group.objects.filter(key__in=groups).values_list("key", "members"):
        if person is not None:
            own[person].add(f"{approval_sources.GROUP}{key}")
    names = approval_sources.named(tuple(sources), approval_sources.USER)
    for person in User.objects.filter(username__in=names).values_list("pk", flat=True):
        own[person]
    if approval_sources.REQUESTER in sources:
        own[release.initiated_by_id].add(approval_sources.REQUESTER)
    for person in release.stakeholders.filter(part=APPROVES).values_list("person_id", flat=True):
        own[person].add(approval_sources.STAKEHOLDERS)
    return own


def _authors(release: Release) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for one in release.contributions.select_related("person"):
        found.setdefault(one.part, set()).add(one.person.owner_id or one.person_id)
    return {part: frozenset(people) for part, people in found.items()}


def votes(row: Approval) -> list[Vote]:
    """Give the votes on an approval, oldest first."""
    return [
        Vote(
            person=str(one.voter_id),
            decision=Decision(one.decision),
            digest=one.digest,
            voted_at=one.at,
            roles=frozenset(one.sources or [one.role]),
            reason=one.reason,
            on_behalf_of=str(one.on_behalf_of_id or ""),
        )
        for one in sorted(row.votes.all(), key=lambda one: (one.at, one.pk))
    ]


def asked(needed: Requirement, row: Approval) -> Requirement:
    """Give the requirement with the number of people it was asked of."""
    return replace(needed, asked=len(row.asked_of.all()))


def standing(needed: Requirement, row: Approval, holders: Holders, now: datetime) -> Standing:
    """Judge an approval as it is now: by the votes given, and by who of the voters still may."""
    return judged(
        asked(needed, row),
        votes(row),
        asked=Asked(row.digest, row.requested_at),
        current_digest=row.digest,
        now=now,
        voters=holders.people(needed),
    )


def approved_by(release: Release, kind: str, now: datetime) -> frozenset[str]:
    """Give the people on whose votes an approval stands for the content as it is now; nobody when it does not."""
    needed = requirement(release, kind)
    row = release.approvals.filter(kind=kind, state=ApprovalState.APPROVED).order_by("-id").first()
    if needed is None or row is None:
        return frozenset()
    if bound_digest(needed, bound_content.manifest(release)) != row.digest:
        return frozenset()
    stands = standing(needed, row, Holders.of(release, [needed], now), now)
    return frozenset(stands.approved_by) if stands.state is ApprovalState.APPROVED else frozenset()


def may_vote(needed: Requirement, row: Approval, holders: Holders) -> frozenset[int]:
    """Give who may vote now: who was asked and still may, and who stands in for one of them."""
    asked_of = {one.pk for one in row.asked_of.all()}
    own = {int(one.person) for one in holders.voters(needed)} & asked_of
    stand_ins = {key for key, givers in holders.stand_ins(needed).items() if asked_of & set(givers)}
    return frozenset(own | stand_ins)


def newcomers(needed: Requirement, row: Approval, holders: Holders) -> frozenset[int]:
    """Give who could give it by now, but could not when it was asked for."""
    return frozenset(int(one.person) for one in holders.voters(needed)) - {
        one.pk for one in row.asked_of.all()
    }

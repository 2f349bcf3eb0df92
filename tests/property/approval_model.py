"""
What an approval is, once more and as plainly as possible: a list of what happened, judged by trying everything.

It shares no code with the product, so that a mistake would have to be made twice in two ways to go unseen.
"""

from dataclasses import dataclass, field
from itertools import combinations, permutations


@dataclass
class Model:
    """One approval of a release; time is a counter, `ttl` as well."""

    rule: str
    sources: list[str]
    number: int
    levels: list[list[str]]
    ttl: int
    held: dict[str, set[str]]
    active: set[str]
    also: list[str] = field(default_factory=list)
    authors: set[str] = field(default_factory=set)
    delegated: dict[str, str] = field(default_factory=dict)
    content: int = 0
    asked_for: int | None = None
    asked_at: int = 0
    asked_of: set[str] = field(default_factory=set)
    word: dict[str, tuple[str, int, set[str], str]] = field(default_factory=dict)
    """Person -> decision, when, with which sources, in whose place."""

    def eligible(self) -> dict[str, set[str]]:
        return {
            one: self.held[one] & self.everybody()
            for one in self.active - self.authors
            if self.held[one] & self.everybody()
        }

    def everybody(self) -> set[str]:
        return {*self.sources, *self.also}

    def entitled(self, person: str) -> tuple[set[str], str] | None:
        """Give with what, and in whose place, a person may vote now; None when they may not."""
        if person not in self.active or person in self.authors:
            return None
        own = self.eligible()
        if person in own:
            return (own[person], "") if person in self.asked_of else None
        giver = self.delegated.get(person, "")
        return (own[giver], giver) if giver in own and giver in self.asked_of else None

    def places(self) -> list[set[str]]:
        if self.rule == "all":
            return [{source} for source in self.everybody()]
        more = [{source} for source in self.also]
        if self.rule == "sequence":
            levels = [set(level) for level in self.levels]
            return levels + [one for one in more if one not in levels]
        asked = len(self.asked_of)
        count = {"majority": asked // 2 + 1, "percent": -(-asked * self.number // 100), "quorum": self.number}
        return [set(self.sources)] * max(count.get(self.rule, 1), 1) + more

    def counted(self, now: int, *, is_fresh: bool) -> list[tuple[str, int, set[str]]]:
        """Give the approvals that count: of people who may still give them, one of each whose authority it is."""
        own, found = self.eligible(), []
        spoke = {who for who, (what, _, _, place) in self.word.items() if what != "withdraw" and not place}
        latest: dict[str, int] = {}
        for what, at, _, place in self.word.values():
            if what == "approve" and place:
                latest[place] = max(latest.get(place, -1), at)
        for who, (what, at, sources, place) in self.word.items():
            authority = place or who
            counts = what == "approve" and who in self.active and who not in self.authors and authority in own
            if not counts or (place and (place in spoke or latest[place] != at)):
                continue
            if (not is_fresh or now < at + self.ttl) and sources & own[authority]:
                found.append((who, at, sources & own[authority]))
        return found

    def fits(self, approvals: list[tuple[str, int, set[str]]]) -> bool:
        places = self.places()
        if self.rule == "sequence":
            ordered = sorted(approvals, key=lambda one: one[1])
            return any(
                all(one[2] & place for one, place in zip(chain, places, strict=True))
                for chain in combinations(ordered, len(places))
            )
        return any(
            all(one[2] & place for one, place in zip(order, places, strict=True))
            for order in permutations(approvals, len(places))
        )

    def denied(self, now: int) -> bool:
        said_no = [(at, sources) for what, at, sources, _ in self.word.values() if what == "deny" and sources]
        no = [at for at, _ in said_no]
        if self.rule not in {"all", "sequence"} and any(sources & set(self.also) for _, sources in said_no):
            return True
        if self.rule in {"majority", "percent"}:
            return bool(no) and len(self.asked_of) - len(no) < len(self.places())
        if self.rule == "first_response":
            yes = [at for _, at, sources in self.counted(now, is_fresh=True) if sources & set(self.sources)]
            return bool(no) and (not yes or min(no) < min(yes))
        return bool(no)

    def state(self, now: int) -> str:
        if self.asked_for is None:
            return "not_requested"
        if self.asked_for != self.content:
            return "void"
        if self.denied(now):
            return "denied"
        if self.fits(self.counted(now, is_fresh=True)):
            return "approved"
        return "expired" if self.fits(self.counted(now, is_fresh=False)) else "pending"

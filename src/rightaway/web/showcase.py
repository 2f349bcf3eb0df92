"""The design system as a page: every component in every state, from data made up here."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from rightaway.domain.consequences import Fate
from rightaway.domain.differences import Change
from rightaway.domain.estimates import Estimate
from rightaway.domain.risk import RiskFacts, score
from rightaway.domain.subjects import Subject, SubjectKind
from rightaway.queries.deployments import AtWork
from rightaway.web import plots, timelines
from rightaway.web.conversations import Said, Talk
from rightaway.web.errors import Problem
from rightaway.web.forms.base import CommandForm, Moment, area
from rightaway.web.forms.conversations import CommentForm
from rightaway.web.forms.meanwhile import Clash, Deed, Difference, Meanwhile
from rightaway.web.lists import Listed, View
from rightaway.web.pages import page
from rightaway.web.prospects import FATES, Group
from rightaway.web.risk import shown
from rightaway.web.viewers import Viewer

MANY = 1000
LONG = "Quarterly consolidation of the customer-facing storefront, its payment adapters and " * 3 + "x" * 120
DIGEST = "9f31c2e0b7d94f6a" * 4
RISK = RiskFacts(
    1, reached=40, failed=1, uses=3, overlaps=1, units=4, is_destructive=True, answered={"size": 1.0}
)
STATES = [
    "approved", "running", "scheduled", "waiting", "unknown", "backed_out", "succeeded_partial", "paused", "failed",
    "cancelled", "skipped", "pending",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Named:
    key: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Run:
    target: _Named
    status: str
    pk: int = 0


@dataclass(frozen=True, slots=True)
class _Step:
    phase: _Named
    standing: str
    entered_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """A sample comment, file or view."""

    pk: int
    name: str = ""
    author: str = "Anna Novak"
    owner: str = "Anna Novak"
    size: int = 18_400
    created_at: datetime | None = None
    edited_at: datetime | None = None
    withdrawn_at: datetime | None = None


class SampleForm(CommandForm):
    title = forms.CharField(label="Title", help_text="What people will call it.", max_length=80)
    kind = forms.ChoiceField(label="Kind", choices=[("minor", "Minor"), ("major", "Major")])
    decision = forms.ChoiceField(
        label="Decision", widget=forms.RadioSelect, choices=[("approve", "Approve"), ("deny", "Deny")]
    )
    start = Moment(label="Start", required=False)
    reason = forms.CharField(label="Reason", widget=area(), required=False)
    training = forms.BooleanField(label="Training is needed", required=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of the sample tables."""

    number: str
    title: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Samples:
    now: datetime
    few: list[Sample] = field(default_factory=list)
    many: list[Sample] = field(default_factory=list)


def _samples(now: datetime) -> Samples:
    def row(number: int) -> Sample:
        title = LONG if number == 1 else f"Storefront 2.{number}"
        state = STATES[number % len(STATES)]
        return Sample(f"REL-{number:06}", title, state, now - timedelta(hours=number))

    return Samples(now, [row(number) for number in range(3)], [row(number) for number in range(MANY)])


@page
def design(request: HttpRequest, viewer: Viewer) -> HttpResponse:  # noqa: ARG001 -- open to everybody signed in
    now = datetime.now(UTC)
    context = {**_basics(now), **_forms(now), **_of_deployments(now), **_of_lists(now)}
    return render(request, "web/design.html", context)


def _basics(now: datetime) -> dict[str, Any]:
    return {
        "samples": _samples(now),
        "states": STATES,
        "long": LONG,
        "digest": DIGEST,
        "crumbs": [("Releases", "/releases/"), (LONG[:60], "/design/")],
        "tabs": [
            (title, f"#{title.lower()}", title == "Scope") for title in ("Overview", "Scope", "Evidence")
        ],
        "steps": _steps(now),
        "talk": _talk(now),
        "swatches": ["primary", "ok", "warn", "bad", "info", "card", "muted", "border"],
    }


def _forms(now: datetime) -> dict[str, Any]:
    unmet = (
        {
            "message": "Two tests failed.",
            "remedy": "Import a report of a new run.",
            "owner": "build_engineer",
        },
        {"message": "Nobody approved.", "remedy": "Ask for the approval.", "owner": "release_manager"},
    )
    refused = SampleForm(data={"title": "", "kind": "other"}, auto_id="refused_%s")
    refused.problems.append(
        Problem("gate.closed", "The gate is closed.", "See what is missing.", "G30", unmet)
    )
    return {
        "form": SampleForm(),
        "refused": refused,
        "stale": _stale(now),
        "problem": [Problem("not_found", "There is no release REL-999999.", "Check the number.", "number")],
        "differences": [
            Change("design.waves.0.targets", "changed", ["t01"], ["t01", "t02"]),
            Change("design.on_failure", "added", None, "back_out"),
            Change("package.units.1", "removed", LONG, None),
        ],
    }


def _of_deployments(now: datetime) -> dict[str, Any]:
    return {
        "runs": [
            _Run(_Named(key=f"web-{number:03}"), STATES[number % len(STATES)], number) for number in range(24)
        ],
        "at_work": {1: AtWork("switch", 2, 3, now)},
        "estimates": [
            Estimate(754, now + timedelta(seconds=754), 900),
            Estimate(754, now + timedelta(seconds=754), 900, 75),
            Estimate(3750, None, 3750),
        ],
        "groups": [
            Group(str(FATES[Fate.GOES_BACK]), 31, (("2. rest", "web-001, web-002", 29),)),
            Group(str(FATES[Fate.UNTOUCHED]), 2, (("3. last", "web-040, web-041", 0),)),
        ],
        "lasting": ["migrate"],
        "risk": shown(score(RISK), 5, LONG),
    }


def _of_lists(now: datetime) -> dict[str, Any]:
    return {
        "pager": Paginator(range(10 * MANY), 50).get_page(3),
        "board": ["Plan", "Build and test", LONG[:40]],
        **_timeline(now),
        "figures": [
            {"title": title, "text": text, "basis": "From 12 deployments in 90 days"}
            for title, text in (("Deployment frequency", "0.13 per day"), ("Change fail rate", "no data"))
        ],
        "listed": Listed(
            [
                View(_Said(1, name="Open ones"), "#lists", is_chosen=True, is_default=True, is_mine=True),
                View(_Said(2, name=LONG[:60]), "#lists", is_chosen=False, is_default=False, is_mine=False),
            ],
            whole="#lists",
            save="#lists",
            csv="#lists",
        ),
        "plot": plots.Plot(
            "plot-sample",
            "Change lead time",
            "h",
            [f"{day} Nov" for day in range(2, 9)],
            (
                plots.Series("p50", [4.0, 3.5, None, 2.0, 2.5, 1.5, 1.0]),
                plots.Series("p90", [9, 8, None, 7, 6, 6, 4]),
            ),
        ),
    }


def _talk(now: datetime) -> Talk:
    subject = Subject(SubjectKind.RELEASE, "REL-000001", "Storefront 2.4", scope="shop", stream="REL-000001")
    text = "Look at the **second wave**, @anna:\n\n- `web-03` was slow\n- the rest is fine"
    rows = [
        _Said(1, created_at=now - timedelta(hours=2), edited_at=now),
        _Said(2, created_at=now - timedelta(hours=1)),
        _Said(3, created_at=now, withdrawn_at=now),
    ]
    files = (_Said(1, name="rehearsal.log"), _Said(2, name=f"{'x' * 80}.pdf"))
    said = [
        Said(rows[0], text, frozenset({"anna"}), files, may_edit=True, may_restore=False),
        Said(rows[1], LONG, frozenset(), (), may_edit=False, may_restore=False),
        Said(rows[2], "", frozenset(), (), may_edit=False, may_restore=True),
    ]
    form = CommentForm(people=reverse("mentions", args=[subject.kind, subject.key]))
    return Talk(subject, said, earlier=12, watchers=4, is_watching=True, may_watch=True, form=form)


def _stale(now: datetime) -> SampleForm:
    """Give a form whose record was changed since it was opened."""
    form = SampleForm(data={"title": "Mine", "kind": "minor", "decision": "deny"}, auto_id="stale_%s")
    deed = Deed("dora", now, "release.record.edited", (Difference("Title", "Shop", "Theirs"),))
    clashes = {
        "title": Clash("dora", "Theirs", "choice-title", is_open=True),
        "reason": Clash("dora", "Theirs", "choice-reason", is_open=False),
    }
    form.meanwhile = Meanwhile(8, (deed,), clashes)
    return form


def _timeline(now: datetime) -> dict[str, Any]:
    hour, first = timedelta(hours=1), timelines.monday(now.date())
    release = SimpleNamespace(
        number="REL-000001",
        title=LONG,
        phase="scheduled",
        planned_start=now,
        planned_end=now + 5 * hour,
        els_starts_at=now + 5 * hour,
        els_ends_at=now + 200 * hour,
    )
    return {
        "weeks": timelines.weeks(first),
        "spans": timelines.rows([release], first),
        "today": now.date(),
    }


def _steps(now: datetime) -> list[_Step]:
    day = timedelta(days=1)
    return [
        _Step(_Named(title="Plan"), "done", now - 9 * day, now - 6 * day),
        _Step(_Named(title="Build and test"), "done", now - 6 * day, now - 2 * day),
        _Step(_Named(title="Review"), "skipped"),
        _Step(_Named(title="Deploy"), "now", now - 2 * day),
        _Step(_Named(title="Early life support"), "todo"),
        _Step(_Named(title="Closed"), "todo"),
    ]

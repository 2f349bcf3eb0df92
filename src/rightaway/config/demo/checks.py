"""The story checks itself: what the records say is compared with what the targets say, and with figures by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rightaway.config.demo.story import Story
from rightaway.domain.deployment_states import DeploymentStatus
from rightaway.queries import changes as ask_changes
from rightaway.queries import cmdb, deployments, incidents, metrics, releases
from rightaway.services import audit

FINAL, BAD = "2.4.1", "2.4.0"


@dataclass(frozen=True)
class Promise:
    """One thing the story promised, whether it holds, and what was seen."""

    text: str
    holds: bool
    seen: str


def promises(story: Story) -> list[Promise]:
    """Judge every promise of the story."""
    checks: tuple[Callable[[Story], Promise], ...] = (
        _records_true,
        _nothing_bad,
        _yen_answers,
        _closed,
        _everything_closed,
        _baselines,
        _audit_complete,
        _dora,
    )
    return [check(story) for check in checks]


def _production() -> list[str]:
    return [target.key for target in cmdb.targets(environment="production")]


def _records_true(story: Story) -> Promise:
    wrong = []
    for target in cmdb.targets(environment="production"):
        said = story.estate.reported(target.key)
        recorded, expected = target.ci.observed.get("version"), target.ci.expected.get("version")
        if not said == recorded == expected == target.installation.package_version:
            wrong.append(f"{target.key}: serves {said}, recorded {recorded}, expected {expected}")
    count = len(_production())
    return Promise(
        "The configuration records equal what the targets report",
        not wrong,
        "; ".join(wrong) or f"{count} of {count}",
    )


def _nothing_bad(story: Story) -> Promise:
    bad = [key for key in story.estate.keys if story.estate.reported(key) == BAD]
    return Promise(f"No target is on {BAD}", not bad, ", ".join(bad) or "0 targets")


def _yen_answers(story: Story) -> Promise:
    bad = [key for key in _production() if story.estate.answers_in_yen(key) != 200]
    return Promise("Every storefront answers a price in yen", not bad, ", ".join(bad) or "all answer 200")


def _closed(story: Story) -> Promise:
    row = releases.release(story.release)
    phase = row.phase if row else "missing"
    return Promise("The release is closed", row is not None and row.closed_at is not None, phase)


def _everything_closed(story: Story) -> Promise:
    still = [one.number for one in incidents.incidents(state="open", release=story.release)]
    still += [one.number for one in incidents.known_errors(state="open")]
    still += [one.number for one in incidents.interactions(state="open", release=story.release)]
    rows = [row for number in story.changes if (row := ask_changes.change(number))]
    still += [row.number for row in rows if row.state != "closed"]
    return Promise(
        "Changes, incident, known error and interactions are closed", not still, ", ".join(still) or "all"
    )


def _baselines(story: Story) -> Promise:
    rows = [deployments.deployment(number) for number in story.deployments]
    missing = [
        row.number for row in rows if row and (row.baseline_before is None or row.baseline_after is None)
    ]
    return Promise(
        "Every deployment has a baseline before and after", not missing, f"{len(rows)} deployments"
    )


def _audit_complete(_story: Story) -> Promise:
    while audit.seal():
        pass
    count, broken = audit.verify()
    seen = f"{count} events" if broken is None else f"broken at {broken.sequence}: {broken.reason}"
    return Promise("The audit chain is complete", broken is None and count > 0, seen)


def _dora(story: Story) -> Promise:
    """Compute the five figures by hand, from the few rows of the story, and compare."""
    rows = [row for number in story.deployments if (row := deployments.deployment(number))]
    real = [row for row in rows if row.environment.tier == "production"]
    good = [row for row in real if row.status == DeploymentStatus.SUCCEEDED]
    failed = [row for row in real if row.status == DeploymentStatus.BACKED_OUT]
    leads = sorted(_lead_s(number, good[0].finished_at) for number in story.changes) if good else []
    by_hand = {
        "deployments": (len(good), round(len(good) / metrics.DEFAULT_DAYS, 6)),
        "lead time": round(leads[len(leads) // 2], 3) if leads else None,
        "fail rate": len(failed) / len(real) if real else None,
        "recovery": round((failed[0].restored_at - failed[0].first_exposure_at).total_seconds(), 3),  # type: ignore[operator]
        "rework": 0.0,
    }
    found = metrics.figures("storefront")
    computed = {
        "deployments": (found.frequency.n, round(found.frequency.per_day or 0, 6)),
        "lead time": round(found.lead_time.p50.total_seconds(), 3) if found.lead_time.p50 else None,
        "fail rate": found.fail_rate.rate,
        "recovery": round(found.recovery.p50.total_seconds(), 3) if found.recovery.p50 else None,
        "rework": found.rework.rate,
    }
    wrong = [
        f"{name}: {computed[name]}, by hand {by_hand[name]}"
        for name in by_hand
        if computed[name] != by_hand[name]
    ]
    seen = "; ".join(wrong) or f"fail rate {by_hand['fail rate']:.0%}, recovery {by_hand['recovery']} s"
    return Promise("The DORA figures equal those computed by hand", not wrong, seen)


def _lead_s(number: str, deployed_at: datetime | None) -> float:
    change = ask_changes.change(number)
    assert change is not None
    assert change.committed_at is not None
    assert deployed_at is not None
    return (deployed_at - change.committed_at).total_seconds()

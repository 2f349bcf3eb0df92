"""Guards on what was built and proved: package, tests, the way back, published articles."""

from datetime import datetime, timedelta

from rightaway.domain.facts_evidence import RehearsalFacts, TestRunFacts, UnitFacts
from rightaway.domain.guards_policy import version_fits
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import Word, said
from rightaway.domain.unmet import Unmet, missing
from rightaway.domain.waivers import waiver

BUILT = frozenset({"pending", "tested", "released"})
BLOCKING_DEFECTS = frozenset({"critical", "major"})
# Least share of passed cases, in percent; levels not named need all of them.
# Source: default policies of the lifecycle design, 2.5, which follow those ServiceNow ships.
PASS_PCT = {"regression": 98, "integration": 98, "system": 95, "uat": 95}


def package_built(facts: ReleaseFacts, _now: datetime) -> tuple[Unmet, ...]:
    package = facts.package
    if not package.digest or package.status not in BUILT or not package.units:
        return (missing("G20", "package", said("a built package with at least one unit"), "build_engineer"),)
    found = [unmet for unit in package.units for unmet in _unit(unit)]
    if not package.verified:
        found.append(
            Unmet(
                "G20",
                "G20.not_in_library",
                said(
                    "The package is not in the definitive library, or its bytes no longer match its digest."
                ),
                "build_engineer",
                said("Build the package again."),
                {"package": package.digest},
                failed=True,
            )
        )
    return (*found, *version_fits(facts, "G20"))


def _unit(unit: UnitFacts) -> tuple[Unmet, ...]:
    parts = {"digest": unit.digest, "provenance": unit.provenance, "configuration item": unit.ci}
    return tuple(
        Unmet(
            "G20",
            f"G20.unit_{part.split()[0]}_missing",
            said("The unit {name} has no {part}.", name=unit.name, part=Word(part)),
            "build_engineer",
            said("Give the {part} of {name} and build the package again.", part=Word(part), name=unit.name),
            {"unit": unit.name},
        )
        for part, value in parts.items()
        if not value
    )


def tests_passed(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    """Judge the newest run of each mandatory level on this package; runs on another package never count."""
    if waiver(facts, "test_results", now):
        return ()
    found = [unmet for level in facts.policy.mandatory_test_levels for unmet in level_passed(facts, level)]
    found.extend(
        Unmet(
            "G21",
            "G21.defect_open",
            said(
                "The {severity} defect {number} is open.",
                severity=Word(defect.severity),
                number=defect.number,
            ),
            "build_engineer",
            said("Fix {number} and build again, or lower its severity with a reason.", number=defect.number),
            {"defect": defect.number, "severity": defect.severity},
            failed=True,
        )
        for defect in facts.defects
        if defect.open and defect.severity in BLOCKING_DEFECTS
    )
    return tuple(found)


def newest_run(facts: ReleaseFacts, level: str) -> TestRunFacts | None:
    runs = [
        (run.ran_at, run)
        for run in facts.test_runs
        if run.level == level and run.ran_at and run.package_digest == facts.package.digest != ""
    ]
    return max(runs, key=lambda pair: pair[0])[1] if runs else None


def level_passed(facts: ReleaseFacts, level: str, rule: str = "G21") -> tuple[Unmet, ...]:
    """Judge the newest run of one level on this package."""
    run = newest_run(facts, level)
    if run is None or run.passed + run.failed == 0:
        return (
            Unmet(
                rule,
                f"{rule}.run_missing",
                said("No {level} test ran on this package.", level=Word(level)),
                "build_engineer",
                said("Run the {level} tests on this package and import their results.", level=Word(level)),
                {"level": level, "package": facts.package.digest},
            ),
        )
    needed = needed_pct(facts, level)
    if passes(run, needed):
        return ()
    return (
        Unmet(
            rule,
            f"{rule}.pass_rate",
            said(
                "{passed} of {count} {level} cases passed; {needed} % must.",
                passed=run.passed,
                count=run.passed + run.failed,
                level=Word(level),
                needed=needed,
            ),
            "build_engineer",
            said("Mend what failed, build again and run the tests on the new package."),
            {
                "level": level,
                "passed": run.passed,
                "failed": run.failed,
                "needed_pct": needed,
                "run": run.reference,
            },
            failed=True,
        ),
    )


def needed_pct(facts: ReleaseFacts, level: str) -> int:
    """Give the least share of passed cases, in percent: by the policy of the service, else the product's."""
    return facts.policy.pass_pct.get(level, PASS_PCT.get(level, 100))


def passes(run: TestRunFacts, needed: int) -> bool:
    """Say whether enough cases passed; a run without a case never does, even where nothing has to pass."""
    return run.passed * 100 >= needed * (run.passed + run.failed) and run.passed + run.failed > 0


def back_out_rehearsed(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    if waiver(facts, "rollback_plan", now):
        return ()
    plan, rehearsal = facts.back_out_plan, newest_rehearsal(facts)
    found = []
    if not plan.executable or not plan.digest:
        found.append(
            missing("G22", "back_out_plan", said("a back-out plan that compiles"), "deployment_manager")
        )
    if plan.steps_without_inverse:
        found.append(_irreversible(plan.steps_without_inverse))
    if not facts.policy.rehearsal_required:
        return tuple(found)
    if rehearsal is None:
        found.append(
            Unmet(
                "G22",
                "G22.rehearsal_missing",
                said("The back-out plan was not rehearsed with this package."),
                "deployment_manager",
                said("Rehearse the back-out in a lower environment."),
                {"package": facts.package.digest},
            )
        )
    else:
        found.extend(_rehearsal(rehearsal, facts.policy.rehearsal_max_age_days, now))
    return tuple(found)


def newest_rehearsal(facts: ReleaseFacts) -> RehearsalFacts | None:
    """Give the newest rehearsal with this package; one of another back-out plan does not count."""
    held = [
        (r.ran_at, r)
        for r in facts.rehearsals
        if r.ran_at
        and r.package_digest == facts.package.digest != ""
        and r.back_out_digest in {"", facts.back_out_plan.digest}
    ]
    return max(held, key=lambda pair: pair[0])[1] if held else None


def _rehearsal(rehearsal: RehearsalFacts, max_age_days: int, now: datetime) -> tuple[Unmet, ...]:
    evidence = {"rehearsal": rehearsal.reference, "ran_at": str(rehearsal.ran_at)}
    if not rehearsal.succeeded or rehearsal.duration_s is None:
        what, code = said("The newest rehearsal of the back-out did not succeed."), "G22.rehearsal_failed"
    elif rehearsal.ran_at is None or now - rehearsal.ran_at > timedelta(days=max_age_days):
        what, code = (
            said("The rehearsal of the back-out is older than {days} days.", days=max_age_days),
            "G22.rehearsal_old",
        )
    else:
        return ()
    remedy = said("Rehearse the back-out again.")
    return (Unmet("G22", code, what, "deployment_manager", remedy, evidence, failed=True),)


def _irreversible(steps: tuple[str, ...]) -> Unmet:
    return Unmet(
        "G22",
        "G22.irreversible",
        said("Nothing undoes these steps: {steps}.", steps=steps),
        "deployment_manager",
        said("Give each step an inverse, or have a waiver with a restore plan granted."),
        {"steps": list(steps)},
        failed=True,
    )


def articles_published(facts: ReleaseFacts, kinds: tuple[str, ...], rule: str) -> tuple[Unmet, ...]:
    """Every kind asked for has an article, and all its articles are published."""
    found = []
    for kind in kinds:
        held = [article for article in facts.articles if article.kind == kind]
        drafts = [article.number for article in held if article.state != "published"]
        if drafts or not held:
            name = Word(kind.replace("_", " "))
            found.append(
                Unmet(
                    rule,
                    f"{rule}.article_unpublished",
                    said("There is an article of this kind, not published: {name}.", name=name)
                    if held
                    else said("There is no article of this kind: {name}.", name=name),
                    "release_manager",
                    said("Review and publish it.", name=name)
                    if held
                    else said("Write and publish it.", name=name),
                    {"kind": kind, "articles": drafts},
                )
            )
    return tuple(found)

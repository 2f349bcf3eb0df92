"""Deployment plans: compiled from package, design and configuration, frozen under a digest."""

from django.db import transaction

from rightaway.domain.errors import Refused
from rightaway.domain.plans import CompiledPlan, PlannedPackage, compile_plan
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import Actor
from rightaway.intake.templates import substitute
from rightaway.queries import targets
from rightaway.records.cmdb.models import Environment
from rightaway.records.deployments.models import Plan
from rightaway.records.packages.models import Package
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _binding, _guard, lifecycle
from rightaway.services._release import require_open


@transaction.atomic
def compile(*, actor: Actor, number: str, environment: str | None = None) -> Plan:  # noqa: A001 -- the field's word
    """
    Compile the plan of a release for an environment; the design's own environment when none is named.

    The same inputs give the plan that is there already. Another result is a new version, and voids what was
    approved for the old one.

    Raises:
        Refused: no package or no design yet.
        Invalid: `plan.refused`, with every reason.
    """
    release = _guard.lock(Release, number=number)
    own = release.initiated_by_id == actor.user_id
    _guard.require(actor=actor, action="plan.edit", scope=release.service.key, own=own)
    require_open(release)
    package = release.packages.filter(is_current=True).first()
    if package is None or release.design is None:
        what = Word("package" if package is None else "deployment design")
        raise Refused(
            "plan.incomplete",
            said("{number} has no {what} yet.", number=number, what=what),
            hint=said("Give it a {what} first.", what=what),
        )
    key = environment or release.design["environment"]
    compiled = _compile(release, package, key)
    plan = _store(actor, release, package, _guard.find(Environment, key=key), compiled)
    release.save()
    _binding.recheck(actor=actor, release=release)
    lifecycle.settle(release=release)
    return plan


def _compile(release: Release, package: Package, environment: str) -> CompiledPlan:
    design = dict(release.design or {})
    is_own = environment == design["environment"]
    design["environment"] = environment
    if not is_own:
        # A rehearsal takes the lower environment's own targets, all in one wave.
        design |= {"model": "big_bang", "waves": [], "select": _everywhere(design["select"])}
    manifest = package.manifest
    scripts = {name: file["sha256"] for name, file in manifest["scripts"].items()}
    return compile_plan(
        package=PlannedPackage(
            name=package.name,
            version=package.package_version,
            digest=package.digest,
            archive_sha256=package.archive_sha256,
            archive_size=package.size,
            scripts=scripts,
        ),
        design=design,
        targets=targets.selected(design, environment),
        substitute=substitute,
    )


def _everywhere(select: dict[str, object]) -> dict[str, object]:
    return {"tags": []} if select.get("targets") else select


def _store(
    actor: Actor, release: Release, package: Package, environment: Environment, compiled: CompiledPlan
) -> Plan:
    versions = Plan.objects.filter(release=release, environment=environment)
    current = versions.filter(is_current=True).first()
    if current is not None and current.digest == compiled.digest:
        return current
    same = versions.filter(digest=compiled.digest).first()
    versions.update(is_current=False)
    if same is not None:
        same.is_current = True
        same.save()
        return same
    plan = Plan.objects.create(
        release=release,
        package=package,
        environment=environment,
        number=versions.count() + 1,
        body=compiled.body,
        digest=compiled.digest,
        back_out_digest=compiled.back_out_digest,
        compiled_by=_guard.person(actor),
    )
    for part in ("deployment_plan", "back_out"):
        _binding.contributed(actor=actor, release=release, part=part)
    facts = {"environment": environment.key, "number": plan.number, "digest": plan.digest}
    subject = ("release", release.number)
    _audit.record(
        actor=actor, action="release.plan.compiled", stream=release.number, subject=subject, facts=facts
    )
    return plan

"""Release packages: admitted to the definitive library, bound to the release they were built for."""

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from rightaway.domain.values import Actor, ArticleKind, ArticleState, PackageStatus
from rightaway.queries.library import library
from rightaway.records.knowledge.models import Article
from rightaway.records.packages.models import Package
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _binding, _guard, lifecycle
from rightaway.services._numbers import next_number
from rightaway.services._release import require_open

DOCUMENTS = {
    "runbook": ArticleKind.RUNBOOK,
    "rollback_runbook": ArticleKind.ROLLBACK_RUNBOOK,
    "release_notes": ArticleKind.RELEASE_NOTES,
    "support_notes": ArticleKind.SUPPORT_NOTES,
}


def admit(*, actor: Actor, number: str, manifest: bytes, archive: Path) -> Package:
    """
    Take a package into the definitive library and make it the package of a release.

    Everything is checked from the bytes; a package that is there already is only bound to the release. Its
    documents become knowledge articles, versioned with it. Approvals bound to another package are voided.
    """
    release = Release.objects.filter(number=number).first()
    if release is None:
        raise _guard.not_found(Release, {"number": number})
    _guard.require(actor=actor, action="package.build", scope=release.service.key)
    digest = library().admit(manifest, archive)
    return _bind(actor, number, digest)


@transaction.atomic
def _bind(actor: Actor, number: str, digest: str) -> Package:
    release = _guard.lock(Release, number=number)
    require_open(release)
    held = library().manifest(digest).as_json()
    now = timezone.now()
    release.packages.filter(is_current=True).exclude(digest=digest).update(
        is_current=False, status=PackageStatus.SUPERSEDED
    )
    package, made = Package.objects.get_or_create(
        release=release,
        digest=digest,
        defaults={
            "name": held["name"],
            "package_version": held["version"],
            "manifest": held,
            "archive_sha256": held["archive"]["sha256"],
            "size": held["archive"]["size"],
            "built_by": _guard.person(actor),
            "built_at": now,
        },
    )
    if not made and not package.is_current:
        package.is_current, package.status = True, PackageStatus.PENDING
        package.save()
    release.plans.filter(is_current=True).exclude(package=package).update(is_current=False)
    _publish_documents(actor, release, package)
    release.save()
    _binding.contributed(actor=actor, release=release, part="package")
    _binding.recheck(actor=actor, release=release)
    facts = {"package": held["name"], "version": held["version"], "digest": digest, "again": not made}
    subject = ("release", release.number)
    _audit.record(
        actor=actor, action="release.package.built", stream=release.number, subject=subject, facts=facts
    )
    lifecycle.settle(release=release)
    return package


def _publish_documents(actor: Actor, release: Release, package: Package) -> None:
    for name, kind in DOCUMENTS.items():
        if name not in package.manifest.get("documents", {}):
            continue
        text = library().document(package.digest, name).decode(errors="replace")
        article = Article.objects.filter(release=release, kind=kind).first()
        if article is None:
            article = Article(
                number=next_number("KB"), release=release, kind=kind, author=_guard.person(actor)
            )
        article.service, article.body, article.package_digest = release.service, text, package.digest
        article.title = f"{kind.replace('_', ' ').capitalize()} of {package}"
        article.state, article.published_at = ArticleState.PUBLISHED, timezone.now()
        article.version += 1
        article.save()

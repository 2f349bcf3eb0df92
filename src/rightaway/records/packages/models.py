from django.db import models

from rightaway.domain.values import PackageStatus
from rightaway.records.base import Record, choices, one_of
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


class Package(Record):
    """
    A release package: immutable, named by the digest of its manifest, kept in the definitive library.

    Its bytes are on disk; this row says which release it was built for and how far it came.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="packages")
    name = models.CharField(max_length=80)
    package_version = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    manifest = models.JSONField()
    archive_sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    status = models.CharField(max_length=20, choices=choices(PackageStatus), default=PackageStatus.PENDING)
    is_current = models.BooleanField(default=True)
    built_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    built_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            one_of("status", PackageStatus, "package_status"),
            models.UniqueConstraint(fields=["release", "digest"], name="package_once_per_release"),
            models.UniqueConstraint(
                fields=["release"],
                condition=models.Q(is_current=True),
                name="one_current_package_per_release",
            ),
        ]
        indexes = [models.Index(fields=["digest"])]

    def __str__(self) -> str:
        return f"{self.name} {self.package_version}"

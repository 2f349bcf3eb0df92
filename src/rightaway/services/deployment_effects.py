"""What a deployment means for the records around it: changes, incidents, the release itself."""

from rightaway.domain.changes import ReleaseEvent
from rightaway.domain.deployment_states import DeploymentStatus, Intent
from rightaway.domain.values import ENGINE
from rightaway.records.deployments.models import Deployment, Wave
from rightaway.records.releases.models import Release
from rightaway.services import _guard, changes, deployment_alerts, incidents, lifecycle, outages


def started(row: Deployment) -> None:
    if deployment_alerts.is_real(row) and row.intent != Intent.BACK_OUT:
        changes.follow(actor=ENGINE, release=row.release, event=ReleaseEvent.DEPLOYMENT_STARTED)
        outages.began(row)


def wave_failed(row: Deployment, wave: Wave, reason: str) -> None:
    """A wave that failed in production is an incident with a problem behind it: nobody has to remember to open them."""
    if deployment_alerts.is_real(row):
        incidents.open_for_wave(row=row, wave=wave, reason=reason)


def ended(row: Deployment) -> None:
    release = _guard.lock(Release, pk=row.release_id)
    if deployment_alerts.is_real(row):
        deployment_alerts.states_differ(row)
    if deployment_alerts.is_real(row):
        if row.status in {DeploymentStatus.SUCCEEDED, DeploymentStatus.SUCCEEDED_PARTIAL}:
            changes.follow(actor=ENGINE, release=release, event=ReleaseEvent.DEPLOYMENT_SUCCEEDED)
        elif row.status == DeploymentStatus.BACKED_OUT:
            changes.follow(actor=ENGINE, release=release, event=ReleaseEvent.BACKED_OUT)
            incidents.restored(row=row)
        elif row.status == DeploymentStatus.FAILED:
            changes.follow(actor=ENGINE, release=release, event=ReleaseEvent.DEPLOYMENT_FAILED)
        outages.ended(row)
    release.save()
    lifecycle.settle(release=release)

"""The gate before a wave: judged at that second, with everything missing named."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from rightaway.domain.deployment_states import Intent
from rightaway.domain.guards import evaluate_permit
from rightaway.domain.values import EnvironmentTier
from rightaway.queries import gates, release_facts, templates
from rightaway.records.deployments.models import Deployment, Wave

LOWER_ENVIRONMENT_PERMIT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Verdict:
    is_open: bool
    text: str
    evidence: dict[str, Any]
    valid_until: datetime


def judge(row: Deployment, wave: Wave) -> Verdict:
    """Say whether the wave may start this second, and until when its permit holds."""
    now = timezone.now()
    if row.intent == Intent.DRILL or row.environment.tier != EnvironmentTier.PRODUCTION:
        return Verdict(
            is_open=True,
            text="",
            evidence={"tier": row.environment.tier, "intent": str(row.intent)},
            valid_until=now + LOWER_ENVIRONMENT_PERMIT,
        )
    facts = release_facts.facts(row.release, now).with_parts(next_wave=gates.wave(row.plan, wave.ordinal))
    unmet = evaluate_permit(templates.of(row.release), facts, now)
    blocking = [one for one in unmet if one.blocks]
    missing = [
        {"code": one.code, "message": one.message, "owner": one.owner, "remedy": one.remedy} for one in unmet
    ]
    text = "\n".join(f"{one.message} {one.remedy} ({one.owner})" for one in blocking)
    until = row.release.planned_end or now
    return Verdict(is_open=not blocking, text=text, evidence={"unmet": missing}, valid_until=until)

"""A draft of a release policy, tried on the open releases of its service."""

from datetime import datetime

from rightaway.domain.policies import policy
from rightaway.domain.policy_trials import PolicyTrial, trial
from rightaway.queries import release_facts, releases, templates
from rightaway.records.policies.models import ReleasePolicy

MOST = 20
"""So many releases are tried, the newest first: each is judged twice."""


def trials(row: ReleasePolicy, now: datetime) -> list[PolicyTrial]:
    """Give what the version would change for each open release of the service, the newest first."""
    other = policy(row.content, row.number)
    found = releases.releases(service=row.service.key, is_open=True)[:MOST]
    return [
        trial(
            templates.of(one),
            release_facts.facts(one, now),
            release_facts.facts(one, now, policy=other),
            now,
        )
        for one in found
    ]

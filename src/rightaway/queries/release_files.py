"""A release as a file, to keep, to compare, or to begin another release with; and the templates to begin one with."""

import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from rightaway.domain.workflow_versions import DEFAULT
from rightaway.intake.yaml import load_yaml
from rightaway.records.releases.models import Release

Json = dict[str, Any]
PEOPLE = ("coordinator", "manager", "service_owner", "deployment_manager", "els_lead")
TIMES = ("requested_end", "planned_start", "planned_end")
PLAIN = (
    *("title", "description", "release_type", "release_kind", "reason", "category", "owning_group", "model"),
    *("justification", "value_statement", "do_nothing_impact", "impact", "urgency", "impact_assessment"),
    *("cost_estimate", "communication_plan", "els_exit_criteria", "on_call"),
)
TEMPLATES = ("minor", "major", "emergency")


@dataclass(frozen=True, slots=True)
class Template:
    """What a new release can begin with; `fields` are those of a release file."""

    key: str
    title: str
    summary: str
    fields: Json


@cache
def templates() -> tuple[Template, ...]:
    folder = files("rightaway.domain").joinpath("templates", "releases")
    read = (
        (key, load_yaml(folder.joinpath(f"{key}.yaml").read_text(encoding="utf-8")).value)
        for key in TEMPLATES
    )
    return tuple(Template(key, found["title"], found["summary"], found["fields"]) for key, found in read)


def template(key: str) -> Template | None:
    return next((one for one in templates() if one.key == key), None)


def basis(row: Release) -> Json:
    """Give what another release of the same kind has in common with this one: no changes, no dates, no results."""
    found: Json = {"service": row.service.key}
    if row.workflow.key != DEFAULT:
        found["workflow"] = row.workflow.key
    found |= {name: getattr(row, name) for name in PLAIN}
    found |= {name: held.username for name in PEOPLE if (held := getattr(row, name))}
    found |= {
        "affected_cis": [one.key for one in row.affected_cis.order_by("key")],
        "ci_groups": [one.key for one in row.affected_groups.order_by("key")],
        "objectives": [one.text for one in row.objectives.all()],
        "stakeholders": [
            {"person": one.person.username, "part": one.part}
            for one in row.stakeholders.select_related("person").order_by("id")
        ],
    }
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def whole(row: Release) -> Json:
    """Give the release as the file that registers it."""
    found = {"kind": "release", **basis(row)}
    found |= {name: moment.isoformat() for name in TIMES if (moment := getattr(row, name))}
    changes = [one.number for one in row.changes.order_by("number")]
    errors = [
        one.known_error.number
        for one in row.known_errors.filter(effect="fixes").select_related("known_error").order_by("id")
    ]
    return found | {name: held for name, held in (("changes", changes), ("known_errors", errors)) if held}


def text(content: Json) -> str:
    """Write a release file as YAML."""
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 100
    out = io.StringIO()
    yaml.dump(content, out)
    return out.getvalue()

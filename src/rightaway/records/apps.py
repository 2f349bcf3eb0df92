"""The contexts, in the order in which foreign keys may point: only upward in this file."""

from django.apps import AppConfig

CONTEXTS = (
    "people",
    "cmdb",
    "policies",
    "workflows",
    "releases",
    "relations",
    "bundles",
    "trains",
    "changes",
    "imports",
    "packages",
    "approvals",
    "boards",
    "assurance",
    "deployments",
    "incidents",
    "outages",
    "knowledge",
    "reviews",
    "conversations",
    "notifications",
    "saved_views",
    "audit",
)


class _Context(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"


def _name(context: str) -> str:
    return f"{context.title().replace('_', '')}Config"


def _config(context: str) -> type[AppConfig]:
    name = f"rightaway.records.{context}"
    return type(_name(context), (_Context,), {"name": name, "label": context, "__module__": __name__})


for _context in CONTEXTS:
    globals()[_name(_context)] = _config(_context)

INSTALLED = [f"rightaway.records.apps.{_name(context)}" for context in CONTEXTS]

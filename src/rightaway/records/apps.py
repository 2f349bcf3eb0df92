"""The contexts, in the order in which foreign keys may point: only upward in this file."""

from django.apps import AppConfig

CONTEXTS = (
    "people",
    "cmdb",
    "workflows",
    "releases",
    "changes",
    "packages",
    "approvals",
    "assurance",
    "deployments",
    "incidents",
    "knowledge",
    "reviews",
    "audit",
)


class _Context(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"


def _config(context: str) -> type[AppConfig]:
    name = f"rightaway.records.{context}"
    return type(
        f"{context.title()}Config", (_Context,), {"name": name, "label": context, "__module__": __name__}
    )


for _context in CONTEXTS:
    globals()[f"{_context.title()}Config"] = _config(_context)

INSTALLED = [f"rightaway.records.apps.{context.title()}Config" for context in CONTEXTS]

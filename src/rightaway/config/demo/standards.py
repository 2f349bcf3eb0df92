"""What the shop's people have agreed on beforehand: the model that its standard changes name."""

from rightaway.config.demo.people import voice
from rightaway.queries import change_models as ask
from rightaway.services import change_models

SERVICE = "storefront"


def agree() -> str:
    """Have one person write the model and another authorise it; give its number."""
    row = change_models.define(
        actor=voice("carl"),
        services=[SERVICE],
        owner="sofia",
        fields={
            "title": "Upkeep of the storefront",
            "description": "Logs and certificates; nothing that a customer sees.",
            "implementation_plan": "Set it in the package; the next release carries it out.",
            "test_plan": "Smoke suite of the storefront.",
            "remediation_plan": "The back-out plan of the release.",
            "ci_classes": ["service"],
            "max_items": 20,
        },
    )
    digest = ask.current_digest(row)
    return change_models.authorise(actor=voice("cara"), number=row.number, digest=digest).number


def agreed() -> str:
    """Give the number of the model; empty before anybody agreed on it."""
    row = ask.active(frozenset({SERVICE})).first()
    return row.number if row else ""

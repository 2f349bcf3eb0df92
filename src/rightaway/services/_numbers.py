"""Numbers that people say: REL-000123. They rise and are never used twice; a gap means nothing."""

from django.db import connection

SEQUENCES = {
    "REL": "release_numbers",
    "CHG": "change_numbers",
    "CHM": "change_model_numbers",
    "MTG": "meeting_numbers",
    "WFD": "workflow_draft_numbers",
    "DEP": "deployment_numbers",
    "INC": "incident_numbers",
    "PRB": "problem_numbers",
    "KE": "known_error_numbers",
    "INT": "interaction_numbers",
    "OUT": "outage_numbers",
    "POL": "policy_numbers",
    "KB": "article_numbers",
    "DBT": "debt_numbers",
    "IMP": "import_numbers",
    "BUN": "bundle_numbers",
    "TRN": "train_numbers",
}


def next_number(prefix: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [SEQUENCES[prefix]])
        (value,) = cursor.fetchone()
    return f"{prefix}-{value:06d}"

from django.db import migrations

SEQUENCES = (
    "release_numbers",
    "change_numbers",
    "deployment_numbers",
    "incident_numbers",
    "problem_numbers",
    "known_error_numbers",
    "interaction_numbers",
    "article_numbers",
)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [
        migrations.RunSQL(f"CREATE SEQUENCE {name}", f"DROP SEQUENCE {name}") for name in SEQUENCES
    ]

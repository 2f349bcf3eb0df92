from django.db import migrations


def take_over(apps, schema_editor):
    """Make a relation of what a release said of itself: which release it follows."""
    releases, relations = apps.get_model("releases", "Release"), apps.get_model("relations", "Relation")
    for row in releases.objects.filter(follows__isnull=False).order_by("id"):
        relations.objects.create(
            kind="follows", source=row, target_id=row.follows_id, by_id=row.initiated_by_id, at=row.created_at
        )


class Migration(migrations.Migration):
    dependencies = [("relations", "0001_relations")]
    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]

from django.db import migrations
from django.utils import timezone

from rightaway.domain.policies import as_json, content_digest, policy


def take_over(apps, schema_editor):
    """Make a version of each policy that stood on a service: it holds since the service was last written."""
    items, policies = apps.get_model("cmdb", "ConfigurationItem"), apps.get_model("policies", "ReleasePolicy")
    for item in items.objects.exclude(release_policy={}).order_by("id"):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT nextval('policy_numbers')")
            (place,) = cursor.fetchone()
        content = as_json(policy(item.release_policy))
        policies.objects.create(
            number=f"POL-{place:06}",
            service=item,
            state="confirmed",
            content=content,
            digest=content_digest(content),
            effective_at=item.updated_at,
            confirmed_at=timezone.now(),
        )


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_policies")]
    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]

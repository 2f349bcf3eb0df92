"""A configuration file applied as a whole: environments, services, items, relations, groups and targets, or nothing."""

from django.db import transaction

from rightaway.domain.values import Actor
from rightaway.intake.configurations import ConfigurationFile
from rightaway.services import cmdb, policies

SERVICE_CLASS = "service"


@transaction.atomic
def apply(*, actor: Actor, file: ConfigurationFile) -> dict[str, int]:
    """Define everything the file names, in the order in which things refer to each other; gives counts by kind."""
    for environment in file.environments:
        cmdb.define_environment(
            actor=actor, key=environment.key, name=environment.name, tier=str(environment.tier)
        )
    for service in file.services:
        fields = {
            "name": service.name,
            "ci_class": SERVICE_CLASS,
            "owner": service.owner,
            "criticality": service.criticality,
            "attributes": dict(service.attributes),
        }
        cmdb.define_item(actor=actor, key=service.key, fields=fields)
        if service.policy:
            content = service.policy.model_dump(mode="json", exclude_unset=True)
            policies.establish(actor=actor, service=service.key, content=content)
    for item in file.cis:
        fields = item.model_dump(mode="json", exclude={"key"})
        cmdb.define_item(actor=actor, key=item.key, fields=fields)
    for relation in file.relations:
        cmdb.relate(actor=actor, source=relation.source, kind=str(relation.kind), target=relation.target)
    for group in file.groups:
        cmdb.define_group(actor=actor, key=group.key, name=group.name, members=group.members)
    for target in file.targets:
        cmdb.define_target(
            actor=actor, key=target.key, fields=target.model_dump(mode="json", exclude={"key"})
        )
    kinds = ("environments", "services", "cis", "relations", "groups", "targets")
    return {kind: len(getattr(file, kind)) for kind in kinds}

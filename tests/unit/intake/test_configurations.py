import pytest

from rightaway.domain.errors import Invalid
from rightaway.domain.values import EnvironmentTier
from rightaway.intake.configurations import ConfigurationFile
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml

TEXT = """\
kind: configuration
environments:
- {key: production, name: Production, tier: production}
services:
- {key: shop, name: Shop, owner: ann}
cis:
- {key: web-1, name: Web 1, class: server, service: shop, environment: production, attributes: {cores: 4}}
relations:
- {source: shop, kind: depends_on, target: web-1}
groups:
- {key: webs, name: Web servers, members: [web-1]}
targets:
- key: web-1
  ci: web-1
  environment: production
  driver: ssh
  config: {host: 10.0.0.1, port: 22, options: [a]}
  tags: [web]
  failure_domain: rack 1
"""


def refused(text):
    with pytest.raises(Invalid) as error:
        read(load_yaml(text), ConfigurationFile)
    return [(each.code, each.at) for each in error.value.errors]


def test_configuration_file__all_parts__are_read():
    configuration = read(load_yaml(TEXT), ConfigurationFile)
    assert configuration.environments[0].tier is EnvironmentTier.PRODUCTION
    assert (configuration.cis[0].ci_class, configuration.cis[0].attributes) == ("server", {"cores": "4"})
    assert configuration.targets[0].config == {"host": "10.0.0.1", "port": "22", "options": ["a"]}


def test_configuration_file__services_and_items__share_their_keys():
    assert refused(TEXT.replace("key: web-1, name", "key: SHOP, name")) == [("name.confusable", "7:9")]


def test_configuration_file__item_related_to_itself__is_refused():
    assert refused(TEXT.replace("target: web-1}", "target: shop}")) == [("relation.to_itself", "9:44")]


def test_configuration_file__circle_of_three__names_all_of_them():
    relations = "".join(f"- {{source: {a}, kind: contains, target: {b}}}\n" for a, b in ("xy", "yz", "zx"))
    with pytest.raises(Invalid, match="x → y → z → x"):
        read(load_yaml(TEXT.replace("groups:", relations + "groups:")), ConfigurationFile)


def test_configuration_file__services_that_depend_on_each_other__are_accepted():
    relations = "".join(f"- {{source: {a}, kind: depends_on, target: {b}}}\n" for a, b in ("xy", "yx"))
    assert read(load_yaml(TEXT.replace("groups:", relations + "groups:")), ConfigurationFile)

"""What the walk works on: one small service with two hosts for each release, so that none waits for another."""

import subprocess
from pathlib import Path

from caller import Caller

HOSTS = ("a", "b")

CONFIGURATION = """
kind: configuration
environments:
  - {key: production, name: Production, tier: production}
  - {key: staging, name: Staging, tier: staging}
services:
  - key: @SERVICE@
    name: Greeting of @SERVICE@
    owner: olaf
    policy: {notice_lead_s: 0, early_life_s: 1, mandatory_test_levels: [smoke]}
cis:
@ITEMS@
targets:
@TARGETS@
"""
ITEM = (
    "  - {key: @HOST@, name: Host @HOST@, class: application, service: @SERVICE@, environment: @WHERE@,"
    " attributes: {home: @HOME@}}"
)
TARGET = "  - {key: @HOST@, ci: @HOST@, environment: @WHERE@, driver: local, config: {state_dir: @HOME@/.rightaway}}"

DESIGN = """
kind: deployment-design
model: phased
environment: production
rehearsal_environment: staging
select: {service: @SERVICE@}
waves: [{name: first, size: 1}, {name: rest, size: "100%"}]
observe: observe
variables: {TARGET_HOME: "${target.home}"}
steps:
  - {key: switch, script: switch, inverse: switch_back}
checks:
  - {name: greets, kind: command, script: check, consecutive: 1, every_s: 1, deadline_s: 3}
on_failure: back_out_wave
success_criteria: [both hosts greet]
rollback_criteria: [a host does not greet]
"""


def hosts(service: str) -> list[str]:
    """Give the production hosts of a service."""
    return [f"{service}-{name}" for name in HOSTS]


def home(folder: Path, host: str) -> Path:
    return folder / "hosts" / host


def describe(person: Caller, folder: Path, service: str) -> None:
    """Tell the server what there is: the service, its hosts, and one host to rehearse on."""
    places = [*((host, "production") for host in hosts(service)), (f"{service}-s", "staging")]

    def lines(template: str) -> str:
        return "\n".join(
            template.replace("@HOST@", host)
            .replace("@WHERE@", where)
            .replace("@HOME@", str(home(folder, host)))
            for host, where in places
        )

    text = CONFIGURATION.replace("@ITEMS@", lines(ITEM)).replace("@TARGETS@", lines(TARGET))
    person.send("POST", "/configuration", text.replace("@SERVICE@", service), "application/yaml")


def build(folder: Path, service: str) -> Path:
    """Build the package of a service, as a build server does: the same sources give the same digest."""
    source, made = Path(__file__).parent / "package", folder / "packages" / service
    subprocess.run(["cp", "-R", source, made], check=True)
    file = made / "package.yaml"
    file.write_text(file.read_text().replace("greeting", service))
    subprocess.run(
        ["rightaway", "package", "build", file, "--out", made / "built"], check=True, capture_output=True
    )
    return made / "built"

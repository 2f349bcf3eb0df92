import pytest

from rightaway.domain.errors import Invalid
from rightaway.intake.designs import DeploymentDesign
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml

HEAD = """\
kind: deployment-design
model: phased
environment: production
select: {tags: [web]}
steps:
- {key: look, script: look, effect: E0}
- {key: go, script: activate, arguments: ["${package.version}"], inverse: back}
- {key: load, script: load, effect: E3, probe: loaded, inverse: none}
"""
CHECKS = """\
checks:
- {name: up, kind: http, url: "https://${target.address}:${target.port}/health?full=1"}
- {name: same, kind: digest, waves: [1]}
- {name: smoke, kind: command, script: smoke, waves: [rest]}
"""


def design(text):
    return read(load_yaml(text), DeploymentDesign)


def refused(text):
    with pytest.raises(Invalid) as error:
        design(text)
    return [(each.code, each.at) for each in error.value.errors]


def test_design__short_form_of_waves__gives_them_names():
    waves = design(HEAD + "waves: [1, 30%, 100%]").waves
    assert [(wave.name, wave.size) for wave in waves] == [
        ("wave-1", 1),
        ("wave-2", "30%"),
        ("wave-3", "100%"),
    ]


def test_design__defaults__are_the_careful_ones():
    plain = design(HEAD + "waves: [1]")
    assert (plain.on_failure, plain.waves[0].max_failures, plain.steps[1].effect) == ("ask", 0, "E2")
    assert plain.steps[0].required


def test_design__steps__say_whether_they_can_be_undone():
    assert [step.can_be_undone for step in design(HEAD + "waves: [1]").steps] == [True, True, False]


def test_checks_of__waves_that_are_named_or_numbered__have_their_checks():
    two = design(HEAD + CHECKS + "waves: [{name: first, size: 1}, {name: rest, size: 100%}]")
    assert [check.name for check in two.checks_of(1)] == ["up", "same"]
    assert [check.name for check in two.checks_of(2)] == ["up", "smoke"]
    assert two.checks_of(7) == two.checks_of(2)


def test_checks_of__wave_that_lists_its_checks__has_only_those():
    listed = "waves: [{name: first, size: 1, checks: [same]}, {name: rest, size: 100%}]"
    assert [check.name for check in design(HEAD + CHECKS + listed).checks_of(1)] == ["same"]


def test_checks_of__no_waves__is_one_wave_of_all():
    big_bang = HEAD.replace("phased", "big_bang") + "checks: [{name: same, kind: digest}]"
    assert [check.name for check in design(big_bang).checks_of(1)] == ["same"]


@pytest.mark.parametrize(
    ("more", "problems"),
    [
        ("", [("plan.waves_required", "1:1")]),
        ("waves: [0]", [("wave.size", "9:9")]),
        ("waves: [101%]", [("wave.size", "9:9")]),
        ("waves: [{name: 1, size: 1}]", [("text.pattern", "9:16")]),
        ("waves: [{name: a}]", [("wave.one_kind", "9:9")]),
        ("waves: [{name: a, size: 1, targets: [x]}]", [("wave.one_kind", "9:9")]),
        ("waves: [1, {name: a, targets: [x]}]", [("wave.one_kind", "9:8")]),
        ("waves: [{name: a, targets: [x, y]}, {name: b, targets: [x]}]", [("wave.target_twice", "9:57")]),
        ("waves: [{name: a, size: 1}, {name: A, size: 1}]", [("name.confusable", "9:36")]),
        ("waves: [{name: a, size: 1, checks: [nope]}]", [("plan.missing_reference", "9:37")]),
        ("waves: [1]\nchecks: [{name: up, kind: digest, waves: [b]}]", [("plan.missing_reference", "10:43")]),
        (
            "waves: [{name: a, size: 1, checks: [up]}, 1]\nchecks: [{name: up, kind: digest, waves: [2]}]",
            [("check.contradiction", "9:37")],
        ),
        (
            "waves: [{name: a, size: 1, checks: []}]\nchecks: [{name: up, kind: digest}]",
            [("check.unused", "10:10")],
        ),
        (
            "waves: [1]\nchecks: [{name: up, kind: digest, every_s: 60, deadline_s: 120}]",
            [("check.deadline", "10:60")],
        ),
        (
            "waves: [1]\nchecks: [{name: up, kind: http, url: 'ftp://h/'}, {name: u, kind: http, url: 'http://a:b@h/'}]",
            [("text.pattern", "10:38"), ("text.pattern", "10:78")],
        ),
    ],
)
def test_design__what_does_not_fit_together__is_refused_at_its_place(more, problems):
    assert refused(HEAD + more) == problems


@pytest.mark.parametrize(
    "select", ["{}", "{service: a, tags: [b]}", "{service: a, ci_group: b, targets: [c]}"]
)
def test_design__selection_of_several_kinds_or_none__is_refused(select):
    assert refused(HEAD.replace("{tags: [web]}", select) + "waves: [1]") == [("select.one_kind", "4:9")]


@pytest.mark.parametrize("waves", ["[1, 100%]", "[50%]", "[3]"])
def test_design__big_bang_in_parts__is_refused(waves):
    assert refused(HEAD.replace("phased", "big_bang") + f"waves: {waves}") == [("plan.big_bang", "9:8")]


@pytest.mark.parametrize("step", ["effect: E3, inverse: none", "probe: p, inverse: none"])
def test_design__probe_without_its_effect_or_the_other_way__is_refused(step):
    text = HEAD + f"- {{key: x, script: x, {step}}}\nwaves: [1]"
    assert [code for code, _ in refused(text)] == ["step.probe"]

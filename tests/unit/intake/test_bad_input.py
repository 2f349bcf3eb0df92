"""Every file in tests/bad_input gets the answer that stands beside it."""

import json
import time
from pathlib import Path

import pytest

from rightaway.domain.errors import Invalid
from rightaway.intake.configurations import ConfigurationFile
from rightaway.intake.designs import DeploymentDesign
from rightaway.intake.documents import Document
from rightaway.intake.json import load_json
from rightaway.intake.junit import load_junit
from rightaway.intake.packages import PackageFile
from rightaway.intake.releases import ReleaseFile
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml

CORPUS = Path(__file__).parents[2] / "bad_input"
MODELS = {
    "release": ReleaseFile,
    "package": PackageFile,
    "design": DeploymentDesign,
    "configuration": ConfigurationFile,
}


def read_file(data, answer):
    model = read(load_yaml(data), MODELS[answer["as"]])
    return {name: getattr(model, name) for name in answer.get("accepted", ())}


def read_json(data, answer):
    value = load_json(data)
    return read(Document(value), MODELS[answer["as"]]) if "as" in answer else value


def read_report(data, _):
    totals = load_junit(data).totals
    return {name: getattr(totals, name) for name in totals.__slots__}


READERS = {"files": read_file, "json": read_json, "test_reports": read_report}
FOLDERS = sorted(folder.name for folder in CORPUS.iterdir() if folder.is_dir())


def answers(folder):
    return json.loads((CORPUS / folder / "expected.json").read_text())


@pytest.mark.parametrize("folder", FOLDERS)
def test_corpus__every_file__has_an_expected_answer(folder):
    files = {path.name for path in (CORPUS / folder).iterdir()} - {"expected.json"}
    assert files == set(answers(folder))
    assert all("accepted" in answer or "code" in answer for answer in answers(folder).values())


@pytest.mark.parametrize(
    ("folder", "name"), [(folder, name) for folder in READERS for name in answers(folder)]
)
def test_reader__case_of_the_corpus__gives_the_expected_answer(folder, name):
    answer = answers(folder)[name]
    data = (CORPUS / folder / name).read_bytes() * answer.get("repeat", 1)

    if "accepted" in answer:
        assert READERS[folder](data, answer) == answer["accepted"]
        return
    with pytest.raises(Invalid) as refused:
        READERS[folder](data, answer)

    error = refused.value
    assert (error.code, error.at) == (answer["code"], answer["at"])
    assert answer.get("message") in {None, error.message}
    assert answer.get("hint") in {None, error.hint}
    assert answer.get("evidence", {}).items() <= error.evidence.items()
    assert answer.get("never", "\0") not in everything_said(error)


@pytest.mark.parametrize("name", [name for name, answer in answers("files").items() if "within_ms" in answer])
def test_load_yaml__very_deep__is_refused_at_once(name):
    answer = answers("files")[name]
    data = (CORPUS / "files" / name).read_bytes() * answer["repeat"]
    fastest = min(seconds_to_refuse(data) for _ in range(5))
    assert fastest * 1000 < answer["within_ms"]


def seconds_to_refuse(data):
    start = time.perf_counter()
    with pytest.raises(Invalid):
        load_yaml(data)
    return time.perf_counter() - start


def everything_said(error):
    return "".join(
        str(part)
        for each in (error, *error.errors)
        for part in (each, each.message, each.hint, each.at, each.evidence)
    )

import os
import subprocess

import pytest

from rightaway.domain.errors import Invalid
from rightaway.library.packages import build_file

PACKAGE = """\
kind: package
name: shop
version: 1.0.0
units:
- name: web
  type: app
  source: {git: {SOURCE}}
"""
IDENTITY = {
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.org",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


@pytest.fixture
def repository(tmp_path):
    """Two commits on main; v1 (annotated) is the first one."""
    place = tmp_path / "repository"
    (place / "app/lib").mkdir(parents=True)
    (place / "app/run").write_text("#!/bin/sh\n")
    (place / "app/run").chmod(0o755)
    (place / "app/lib/one").write_text("1\n")
    git(place, "init", "-q", "-b", "main", ".")
    git(place, "add", ".")
    git(place, "commit", "-q", "-m", "First")
    git(place, "tag", "-a", "v1", "-m", "Version 1")
    (place / "app/lib/one").write_text("2\n")
    git(place, "commit", "-q", "-am", "Second")
    return place


def git(place, *arguments):
    environment = {"PATH": os.environ["PATH"], **IDENTITY}
    done = subprocess.run(
        ["git", *arguments], cwd=place, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def built(repository, source, out="out"):
    (repository / "package.yaml").write_text(PACKAGE.replace("SOURCE", source))
    return build_file(repository / "package.yaml", out=repository.parent / out)


def refused(repository, source):
    with pytest.raises(Invalid) as error:
        built(repository, source)
    return error.value.code


def test_git_source__annotated_tag__gives_the_files_and_the_commit_it_stood_for(repository):
    manifest = built(repository, "ref: v1, path: app").manifest
    assert [(each.path, oct(each.mode)) for each in manifest.members] == [
        ("web/lib/one", "0o644"),
        ("web/run", "0o755"),
    ]
    assert manifest.units[0].provenance.model_dump() == {
        "kind": "git",
        "repository": ".",
        "ref": "v1",
        "commit": git(repository, "rev-parse", "v1^{commit}"),
        "path": "app",
    }


def test_git_source__committed_content__counts_and_not_the_working_copy(repository):
    first = built(repository, "ref: main").digest
    (repository / "app/lib/one").write_text("not committed\n")
    assert built(repository, "ref: main", out="again").digest == first


@pytest.mark.parametrize("how", ["main", "HEAD", "commit"])
def test_git_source__branch_head_and_commit__give_the_same_files(repository, how):
    commit = git(repository, "rev-parse", "main")
    manifest = built(repository, f"ref: {commit if how == 'commit' else how}").manifest
    assert manifest.units[0].provenance.commit == commit


def test_git_source__packed_repository__is_read_as_well(repository):
    loose = built(repository, "ref: v1").digest
    git(repository, "gc", "-q", "--prune=now")
    assert built(repository, "ref: v1", out="packed").digest == loose


def test_git_source__single_file__stands_under_its_name(repository):
    assert [each.path for each in built(repository, "ref: main, path: app/lib/one").manifest.members] == [
        "web/one"
    ]


def test_git_source__package_file_in_a_folder_of_the_repository__finds_it(repository):
    (repository / "deploy").mkdir()
    (repository / "deploy/package.yaml").write_text(PACKAGE.replace("SOURCE", "ref: v1, path: app"))
    assert build_file(repository / "deploy/package.yaml", out=repository.parent / "out").digest


def test_git_source__repository_below_the_package_file__is_read(repository):
    (repository.parent / "package.yaml").write_text(
        PACKAGE.replace("SOURCE", "repository: repository, ref: v1")
    )
    package = build_file(repository.parent / "package.yaml", out=repository.parent / "out")
    assert package.manifest.units[0].provenance.repository == "repository"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("ref: nope", "git.unknown_ref"),
        ("ref: " + "0" * 40, "git.unknown_ref"),
        ("ref: main, path: nope", "file.missing"),
        ("ref: main, path: app/run/x", "file.missing"),
        ("ref: main, repository: app", "git.repository"),
        ("ref: main, commit: " + "0" * 40, "git.commit"),
    ],
)
def test_git_source__what_is_not_there__is_refused(repository, source, code):
    assert refused(repository, source) == code


def test_git_source__tree_instead_of_a_commit__is_refused(repository):
    assert refused(repository, f"ref: {git(repository, 'rev-parse', 'main^{tree}')}") == "git.unknown_ref"


def test_git_source__pinned_commit__is_accepted_while_the_ref_stays(repository):
    commit = git(repository, "rev-parse", "v1^{commit}")
    assert built(repository, f"ref: v1, commit: {commit}").digest
    git(repository, "tag", "-f", "v1", "main")
    assert refused(repository, f"ref: v1, commit: {commit}") == "git.commit"


def test_git_source__tag_and_branch_of_one_name__is_ambiguous(repository):
    git(repository, "branch", "v1", "main")
    assert refused(repository, "ref: v1") == "git.ambiguous_ref"


def test_git_source__committed_link__is_refused(repository):
    (repository / "app/link").symlink_to("/etc/passwd")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "Link")
    assert refused(repository, "ref: main") == "archive.link_not_allowed"


def test_git_source__submodule__is_refused(repository):
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendor")
    git(repository, "commit", "-qm", "Submodule")
    assert refused(repository, "ref: main") == "archive.member_type"


def test_git_source__pointer_of_large_file_storage__is_refused(repository):
    (repository / "app/big").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "Pointer")
    assert refused(repository, "ref: main") == "git.lfs_pointer"


def test_git_source__damaged_object__is_refused(repository):
    blob = git(repository, "rev-parse", "v1:app/lib/one")
    place = repository / ".git/objects" / blob[:2] / blob[2:]
    place.chmod(0o644)
    place.write_bytes(b"damaged")
    assert refused(repository, "ref: v1") == "git.unreadable"


def test_git_source__damaged_pack__is_refused(repository):
    git(repository, "gc", "-q", "--prune=now")
    (pack,) = (repository / ".git/objects/pack").glob("*.pack")
    data = bytearray(pack.read_bytes())
    for index in range(20, len(data) - 20):
        data[index] ^= 0x55
    pack.chmod(0o644)
    pack.write_bytes(data)
    assert refused(repository, "ref: v1") == "git.unreadable"


def test_git_source__linked_repository__is_refused(repository):
    (repository / "vendor").symlink_to(repository)
    assert refused(repository, "ref: v1, repository: vendor") == "archive.link_not_allowed"

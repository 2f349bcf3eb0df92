from rightaway.library.differences import Difference, Kind, Subject, compare
from rightaway.library.packages import build_file


def rebuilt(base, out):
    return build_file(base / "package.yaml", out=out).manifest


def test_compare__the_same_package__has_no_difference(built, base, tmp_path):
    assert compare(built.manifest, rebuilt(base, tmp_path / "again")) == []


def test_compare__files_added_removed_and_changed__are_named_with_their_hashes(built, base, tmp_path):
    (base / "src/new").write_text("x")
    (base / "src/assets/empty").unlink()
    (base / "src/index.html").write_text("<h1>Shoq</h1>\n")
    found = compare(built.manifest, rebuilt(base, tmp_path / "again"))

    assert [(each.subject, each.kind, each.name) for each in found] == [
        (Subject.FILE, Kind.REMOVED, "web/assets/empty"),
        (Subject.FILE, Kind.CHANGED, "web/index.html"),
        (Subject.FILE, Kind.ADDED, "web/new"),
    ]
    assert found[1].before["sha256"] != found[1].after["sha256"]
    assert (found[0].after, found[2].before) == (None, None)


def test_compare__right_to_execute__is_a_change(built, base, tmp_path):
    (base / "src/index.html").chmod(0o755)
    (found,) = compare(built.manifest, rebuilt(base, tmp_path / "again"))
    assert (found.before["mode"], found.after["mode"]) == ("0644", "0755")


def test_compare__version_unit_script_and_document__are_differences_of_their_own(built, base, tmp_path):
    file = base / "package.yaml"
    text = file.read_text().replace("2.4.0", "2.5.0").replace("type: config", "type: data")
    file.write_text(text.replace("activate: ops", "start: ops").replace("runbook: R", "release_notes: R"))
    found = compare(built.manifest, rebuilt(base, tmp_path / "again"))

    assert found[0] == Difference(
        Subject.PACKAGE, Kind.CHANGED, "version", {"version": "2.4.0"}, {"version": "2.5.0"}
    )
    assert [(each.subject, each.kind, each.name) for each in found[1:]] == [
        (Subject.UNIT, Kind.CHANGED, "settings"),
        (Subject.SCRIPT, Kind.REMOVED, "activate"),
        (Subject.SCRIPT, Kind.ADDED, "start"),
        (Subject.DOCUMENT, Kind.ADDED, "release_notes"),
        (Subject.DOCUMENT, Kind.REMOVED, "runbook"),
    ]

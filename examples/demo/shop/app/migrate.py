"""
Bring the shop's database to this release (`up`), or take back what this release brought (`down`).

Each migration runs in one transaction together with the note that it ran, and by which release. So both
directions may be cut off anywhere and run again, and `down` never touches what an earlier release brought.
"""

import argparse
import os
import sqlite3
from contextlib import closing
from pathlib import Path

MIGRATIONS = Path(__file__).parent.parent / "migrations"
NOTES = "CREATE TABLE IF NOT EXISTS applied (name TEXT PRIMARY KEY, release TEXT NOT NULL, at TEXT NOT NULL)"


def connect(home):
    home.mkdir(parents=True, exist_ok=True)
    return sqlite3.connect(home / "shop.db", timeout=30, isolation_level=None)


def run(database, script, note, *values):
    database.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements(script):
            database.execute(statement)
        database.execute(note, values)
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def statements(script):
    """Cut a script into its statements: `executescript` would commit between them."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def up(database, release):
    done = {name for (name,) in database.execute("SELECT name FROM applied")}
    for path in sorted(MIGRATIONS.glob("*.sql")):
        name = path.stem
        if not name.endswith(".inverse") and name not in done:
            run(
                database,
                path.read_text(),
                "INSERT INTO applied VALUES (?, ?, datetime('now'))",
                name,
                release,
            )
            print(f"applied {name}")


def down(database, release):
    query = "SELECT name FROM applied WHERE release = ? ORDER BY name DESC"
    for (name,) in database.execute(query, (release,)).fetchall():
        inverse = (MIGRATIONS / f"{name}.inverse.sql").read_text()
        run(database, inverse, "DELETE FROM applied WHERE name = ?", name)
        print(f"took back {name}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("direction", choices=["up", "down"])
    direction = {"up": up, "down": down}[parser.parse_args().direction]
    with closing(connect(Path(os.environ["TARGET_HOME"]))) as opened:
        opened.execute(NOTES)
        direction(opened, os.environ["PACKAGE_DIGEST"])

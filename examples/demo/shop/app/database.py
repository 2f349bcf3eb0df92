"""Tells the state of the shop's database: which migrations ran, and whether the file is sound."""

import os
from contextlib import closing
from pathlib import Path

from migrate import NOTES, connect
from service import VERSION, Handler, serve


class Database(Handler):
    routes = {"/schema": "schema", "/health": "health", "/version": "version"}

    def schema(self):
        with closing(connect(Path(os.environ["TARGET_HOME"]))) as database:
            database.execute(NOTES)
            applied = [name for (name,) in database.execute("SELECT name FROM applied ORDER BY name")]
            columns = [row[1] for row in database.execute("PRAGMA table_info(orders)")]
        return self.as_json({"applied": applied, "columns": columns})

    def health(self):
        with closing(connect(Path(os.environ["TARGET_HOME"]))) as database:
            (check,) = database.execute("PRAGMA quick_check").fetchone()
        found = {"ok": check == "ok", "service": "database", "version": VERSION, "check": check}
        return self.as_json(found, 200 if check == "ok" else 503)


if __name__ == "__main__":
    serve(Database)

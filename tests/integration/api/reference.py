"""The part of docs/reference/api.md that comes from the API itself."""

from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[3] / "docs" / "reference" / "api.md"
MARK = "<!-- From here on, from the OpenAPI description: tests/integration/api/reference.py -->\n"


def rendered(schema: dict[str, Any]) -> str:
    groups: dict[str, list[str]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            (group,) = operation["tags"]
            groups.setdefault(group, []).append(_operation(method.upper(), path, operation))
    return "\n".join(f"## {group}\n\n{''.join(lines)}" for group, lines in groups.items())


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    text = " ".join(operation["description"].split())
    query = [f"`{one['name']}`" for one in operation["parameters"] if one["in"] == "query"]
    asked = f" Query: {', '.join(query)}." if query else ""
    body = operation.get("requestBody", {}).get("content", {})
    sent = f" Body: {_body(body)}." if body else ""
    return f"- **`{method} {path.removeprefix('/api/v1')}`** {text}{asked}{sent}\n"


def _body(content: dict[str, Any]) -> str:
    schema = next(iter(content.values()))["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    return f"`{name}` as {' or '.join(content)}" if name else f"{' or '.join(content)}"


def written() -> str:
    return FILE.read_text().partition(MARK)[2]


def write(schema: dict[str, Any]) -> None:
    FILE.write_text(FILE.read_text().partition(MARK)[0] + MARK + rendered(schema))

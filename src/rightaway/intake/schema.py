"""From a document to a typed file: every error at once, each with its place and what to do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, ClassVar, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from rightaway.domain.errors import Invalid
from rightaway.intake.documents import Document, Location
from rightaway.intake.limits import ERRORS_SHOWN
from rightaway.intake.texts import looks_secret, quoted


class FileModel(BaseModel):
    """Part of a file that people write: unknown fields are refused, and what was read does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    one_kind: ClassVar[str] = ""
    """For one of several kinds in a list: the error code when it carries a field of another kind."""


M = TypeVar("M", bound=FileModel)
Problem = tuple[Location, Invalid]


def read(document: Document, model: type[M]) -> M:
    """
    Give the document the types of `model`.

    Raises:
        Invalid: what is wrong first; `errors` holds all that is wrong, in the order of the file, at most 20.
    """
    found = [
        _problem(document, location, "secret.literal", "This looks like a secret.", _SECRET_HINT)
        for location, value in _texts(document.value, ())
        if looks_secret(value)
    ]
    if found:  # nothing else is looked at: any other error could show the value
        raise _all(found)
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        found = [
            _explained(document, model, details)
            for details in error.errors(include_url=False)
            if not _follows_from_others(details)
        ]
    raise _all(found)


def refuse(problems: Iterable[Problem]) -> None:
    """Raise, from inside a validator of a model, everything wrong with it; locations start at that model."""
    details = [
        InitErrorDetails(type=as_field_error(error), loc=tuple(location), input="")
        for location, error in problems
    ]
    if details:
        raise ValidationError.from_exception_data("file", details)


def as_field_error(error: Invalid) -> PydanticCustomError:
    """Carry one of our errors through pydantic without losing its code and hint."""
    context = {"text": error.message, "hint": error.hint, "evidence": error.evidence}
    return PydanticCustomError(error.code, "{text}", context)


_SECRET_HINT = "Keep it in the secret store and name it here; then change the secret, it has been seen."  # noqa: S105

_FIELDS_NEEDED = (
    "type.expected_mapping",
    "Fields are needed, this is {given}.",
    "Write `name: value` lines.",
)
# pydantic's error types -> code, message, hint. What is not here carries a code of ours already.
_EXPLAINED: Mapping[str, tuple[str, str, str]] = {
    "string_type": ("type.expected_text", "A text is needed, this is {given}.", "Put it in quotes."),
    "tuple_type": (
        "type.expected_list",
        "A list is needed, this is {given}.",
        "Write one item a line: `- item`.",
    ),
    "dict_type": _FIELDS_NEEDED,
    "model_type": _FIELDS_NEEDED,
    "model_attributes_type": _FIELDS_NEEDED,
    "literal_error": ("field.value", "{given} is not one of the values.", "Use one of: {expected}."),
    "enum": ("field.value", "{given} is not one of the values.", "Use one of: {expected}."),
    "union_tag_invalid": ("field.value", "{tag} is no kind.", "Use one of: {expected_tags}."),
    "union_tag_not_found": (
        "field.missing",
        "The field {discriminator} is missing.",
        "Say which kind this is.",
    ),
    "string_too_short": ("text.length", "At least {min_length} characters are needed.", ""),
    "string_too_long": ("text.length", "At most {max_length} characters are read.", "Shorten it."),
    "too_short": ("list.length", "At least {min_length} are needed, here are {actual_length}.", ""),
    "too_long": ("list.length", "At most {max_length} are read, here are more.", "Leave some out."),
}


def _explained(document: Document, model: type[FileModel], details: ErrorDetails) -> Invalid:
    kind, context = details["type"], details.get("ctx", {})
    location = _without_tags(details["loc"], document.value)
    if kind == "extra_forbidden":
        return _unknown_field(document, model, location)
    if kind == "missing":
        name = str(location[-1])
        return _problem(document, location[:-1], "field.missing", f"The field {name} is missing.", "Add it.")
    if details["input"] is None and location:
        hint = "Give it a value, or leave the line out."
        return _problem(document, location, "field.empty", "The field has no value.", hint, of_key=True)
    evidence: Mapping[str, Any] = context.get("evidence", {})
    if "text" in context:
        code, message, hint = kind, context["text"], context["hint"]
    else:
        words = {**context, "given": _given(details["input"])}
        code, *texts = _EXPLAINED[kind]
        message, hint = (text.format(**words) for text in texts)
    of_key = location[-1:] == ["[key]"]
    return _problem(document, location, code, message, hint, of_key=of_key, evidence=evidence)


def _follows_from_others(details: ErrorDetails) -> bool:
    """Say whether a list counts as too short only because pydantic left out its items with errors."""
    return details["type"] == "too_short" and len(details["input"]) >= details["ctx"]["min_length"]


def _unknown_field(document: Document, model: type[FileModel], location: Location) -> Invalid:
    name = str(location[-1])
    candidates = _models_at(model, location[:-1])
    own = {field for candidate in candidates for field in _fields(candidate)}
    if name in own and (code := next((c.one_kind for c in candidates if c.one_kind), "")):
        message = f"The field {name} belongs to another kind."
        return _problem(document, location, code, message, "Keep one kind and its fields.", of_key=True)
    close = get_close_matches(name, own, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"The fields are: {', '.join(sorted(own))}."
    return _problem(
        document, location, "field.unknown", f"There is no field {quoted(name)}.", hint, of_key=True
    )


def _without_tags(location: Location, value: Any) -> Location:
    """Leave out what pydantic adds: before the field, the kind by which it chose the model."""
    kept: list[str | int] = []
    chosen: str | int | None = None
    for part in location:
        if kept and isinstance(value, dict) and value.get("kind") == part and part != chosen:
            chosen = part
            continue
        kept.append(part)
        value, chosen = _member(value, part), None
    return kept


def _member(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None


def _models_at(model: type[FileModel], location: Location) -> list[type[FileModel]]:
    """Find the models a value at this place may have; an index stays with the models of its list."""
    candidates = [model]
    for part in location:
        named = [inner for outer in candidates for inner in _inside(outer, part)]
        candidates = named or candidates
    return candidates


def _fields(model: type[FileModel]) -> dict[str, str]:
    return {field.alias or name: name for name, field in model.model_fields.items()}


def _inside(model: type[FileModel], part: str | int) -> Iterator[type[FileModel]]:
    if name := _fields(model).get(str(part)):
        yield from _models_of(model.model_fields[name].annotation)


def _models_of(annotation: Any) -> Iterator[type[FileModel]]:
    if isinstance(annotation, type) and issubclass(annotation, FileModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_of(argument)


def _texts(value: Any, location: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    match value:
        case str():
            yield location, value
        case dict():
            for name, member in value.items():
                yield from _texts(name, (*location, name))
                yield from _texts(member, (*location, name))
        case list():
            for index, item in enumerate(value):
                yield from _texts(item, (*location, index))


def _given(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else quoted(value)


def _problem(
    document: Document,
    location: Location,
    code: str,
    message: str,
    hint: str,
    *,
    of_key: bool = False,
    evidence: Mapping[str, Any] | None = None,
) -> Invalid:
    at = document.place(location, of_key=of_key)
    return Invalid(code, message, hint=hint, at=at, evidence=evidence)


def _all(found: Sequence[Invalid]) -> Invalid:
    ordered = sorted(found, key=_by_place)
    first, more = ordered[0], len(ordered) - 1
    message = f"{first.message} (And {more} more.)" if more else first.message
    return Invalid(
        first.code,
        message,
        hint=first.hint,
        at=first.at,
        evidence={**first.evidence, "errors": len(ordered)},
        errors=ordered[:ERRORS_SHOWN],
    )


def _by_place(error: Invalid) -> tuple[int, ...]:
    """By line and column; JSON pointers keep the order in which the schema looked."""
    return tuple(int(part) for part in error.at.split(":")) if error.at[:1].isdigit() else ()

"""What is wrong with a document, by its JSON Schema: each problem in words, with a JSON pointer to it.

The schema is the published one; where a part of it has a `description`, that is what a value there must be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

# Deeper documents are no models; nothing that is checked can exhaust the stack.
DEEPEST: Final = 40
_LARGE: Final = 1e15
_TYPES: Final = {"object": "an object", "array": "a list", "string": "a text", "boolean": "true or false"}


class Problem(NamedTuple):
    """`pointer` (RFC 6901) to the place in the document; `detail`, what is wrong there."""

    pointer: str
    detail: str

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.detail}"


def problems(document: object, schema: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with any JSON value by a JSON Schema (draft 2020-12), in the order of the document. Never
    raises."""
    if _too_deep(document):
        return [Problem("", f"must not be nested more than {DEEPEST} times")]
    found = dict.fromkeys(problem for error in _validator()(schema).iter_errors(document)
                          for problem in _in_words(error))
    return sorted(found, key=lambda problem: problem.pointer)


def pointer(*parts: str | int) -> str:
    """The JSON pointer of these names and places."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def is_number(value: Any) -> bool:
    """Whether it is a finite number; booleans are none."""
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _in_words(error: ValidationError) -> Iterator[Problem]:
    for inner in (error.context or ()) if error.validator == "allOf" else ():
        yield from _in_words(inner)
    if error.validator == "allOf":
        return
    schema: Any = error.schema
    where, value = pointer(*error.absolute_path), error.validator_value
    if error.validator == "additionalProperties":
        known = schema.get("properties", {})
        yield from (Problem(pointer(*error.absolute_path, str(name)[:100]), "is not known here")
                    for name in error.instance if name not in known)
    elif error.validator == "required":
        yield from (Problem(where, f"{name} is missing") for name in value if name not in error.instance)
    elif error.validator == "propertyNames":
        yield Problem(where, "must have names in lower case: letters, digits, underscores, at most 50")
    elif "description" in schema:
        yield Problem(where, f"must be {schema['description']}")
    elif error.validator == "enum":
        yield Problem(where, f"must be one of {', '.join(map(str, value))}")
    elif error.validator == "type":
        yield Problem(where, f"must be {_TYPES.get(value, value)}")
    elif error.validator in ("minItems", "minProperties"):
        yield Problem(where, f"must have at least {value}")
    elif error.validator in ("maxItems", "maxProperties"):
        yield Problem(where, f"must have at most {value}")
    else:
        yield Problem(where, "must be as the schema says")


def _too_deep(document: object) -> bool:
    level = [document]
    for _ in range(DEEPEST):
        level = [inner for value in level if isinstance(value, Mapping | list)
                 for inner in (value.values() if isinstance(value, Mapping) else value)]
        if not level:
            return False
    return True


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator  # loaded when the first model is checked
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def multiple_of(_: Any, step: float, value: Any, __: Any) -> Iterator[ValidationError]:
        # In decimal arithmetic: 0.29 is a multiple of 0.01. What is too large is told by other words.
        if is_number(value) and -_LARGE < value < _LARGE and Decimal(repr(value)) % Decimal(repr(step)):
            yield ValidationError(f"{value!r} is not a multiple of {step}")

    # JSON has no NaN, though its parsers do.
    types = Draft202012Validator.TYPE_CHECKER.redefine("number", lambda _, value: is_number(value))
    return extend(Draft202012Validator, {"multipleOf": multiple_of}, type_checker=types)

"""The contract of a tool: what a model reads of it, what it takes, what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from sidecar.engine import Engine


@dataclass(frozen=True)
class Answer:
    """`summary`: sentences of ours, in which nothing of a stranger stands; `data`: members of JSON as they
    are; `rows`: how many leads, companies or lines go out, which the budget counts."""

    summary: str
    data: dict[str, Any]
    rows: int


@dataclass(frozen=True)
class Tool:
    """`description` teaches a model when and how to use it; `run` gets the engine, what `takes` read without
    `reveal`, and whether people are shown."""

    name: str
    title: str
    description: str
    takes: Schema
    run: Callable[[Engine, dict[str, Any], bool], Answer]

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """The JSON Schema of what it takes."""
        plugin = MarshmallowPlugin()
        APISpec(title="", version="", openapi_version="3.1.0", plugins=[plugin])
        made: dict[str, Any] = plugin.converter.schema2jsonschema(self.takes)  # type: ignore[union-attr]
        return {"type": "object", "properties": {}} | made

    def names_of(self, given: Iterable[str]) -> list[str]:
        """Which of its arguments were given. Others are no names of ours, and may say anything."""
        names = set(given)
        return [name for name in self.takes.fields if name in names]

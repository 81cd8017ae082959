"""The calls by which versions of models live: what scoring and routing models have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from marshmallow import Schema

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint
from sidecar.api.paging import number_after, page
from sidecar.api.preconditions import if_match
from sidecar.engine import Engine
from sidecar.services.access import Caller
from sidecar.services.versions import Versions


@dataclass(frozen=True, slots=True)
class Life:
    """What is the kind's own. `one` and `many` end the names of its calls, `scope` is that of who reads what
    versions say; `add`, `query`, `model` and `page` are its schemas. In words: `listed`, which are in force;
    `drafted`, what is drafted; `published`, when one is refused and what follows; `retired`, what then
    stands in."""

    one: str
    many: str
    scope: str
    add: Schema
    query: Schema
    model: Schema
    page: Schema
    listed: str
    drafted: str
    published: str
    retired: str


def add_calls(bp: Blueprint, path: str, versions: Versions, life: Life) -> None:
    """The calls of a kind of model below a path."""
    one_path, changed = f"{path}/<int:model_id>", {"answer": life.model, "versioned": True}

    def call(method: str, where: str, name: str, words: str, **contract: Any) -> Callable[..., Any]:
        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            function.__name__, function.__doc__ = name, words
            return endpoint(bp, method, where, **contract)(function)

        return register

    @call("GET", path, f"list_{life.many}", life.listed, scope="leads:read", query=life.query,
          answer=life.page)
    def listed(engine: Engine, caller: Caller, query: dict[str, Any]) -> Any:
        return page(*versions.listed(
            engine, limit=query["limit"], after=number_after(query.get("cursor")), key=query.get("key"),
            state=query.get("state")))

    @call("POST", path, f"draft_{life.one}", f"""{life.drafted}: of `definition`, else as the version
    `based_on`, else as the one in force, else as the model that is shipped. A draft may be wrong as yet:
    `problems` tells what keeps it from being published. Its `version` is set here.""",
          scope="leads", body=life.add, status=201, idempotent=True, **changed)
    def draft(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
        return versions.create(
            engine, key=body.get("key"), definition=body.get("definition"), based_on=body.get("based_on"),
            by=actor(caller))

    @call("GET", one_path, f"get_{life.one}", """One version, whole, with what keeps it from being
    published.""", scope=life.scope, **changed)
    def get(engine: Engine, caller: Caller, model_id: int) -> Any:
        return versions.read(engine, model_id)

    @call("PUT", one_path, f"edit_{life.one}", """Replace what a draft says. If-Match takes its version. 409:
    it was published; draft a new one.""",
          scope="leads", body=schemas.ModelEdit(), conditional=True, **changed)
    def edit(engine: Engine, caller: Caller, model_id: int, body: dict[str, Any]) -> Any:
        return versions.edit(engine, model_id, body["definition"], by=actor(caller), versions=if_match())

    @call("DELETE", one_path, f"delete_{life.one}", """Throw a draft away. If-Match takes its version. 409: it
    was published.""", scope="leads", status=204, conditional=True)
    def delete(engine: Engine, caller: Caller, model_id: int) -> Any:
        versions.delete(engine, model_id, by=actor(caller), versions=if_match())

    @call("POST", f"{one_path}/publish", f"publish_{life.one}", f"""Put a version in force in place of the one
    that is. An old version is published as a new one that says the same, which is how to roll back. If-Match
    takes the version.

    {life.published}
    """, scope="leads", body=schemas.Empty(), conditional=True, **changed)
    def publish(engine: Engine, caller: Caller, model_id: int, body: dict[str, Any]) -> Any:
        return versions.publish(engine, model_id, by=actor(caller), versions=if_match())

    @call("POST", f"{one_path}/retire", f"retire_{life.one}", f"""{life.retired} If-Match takes the version.
    409: it is not in force.""", scope="leads", body=schemas.Empty(), conditional=True, **changed)
    def retire(engine: Engine, caller: Caller, model_id: int, body: dict[str, Any]) -> Any:
        return versions.retire(engine, model_id, by=actor(caller), versions=if_match())

    @call("GET", f"{one_path}/diff", f"diff_{life.many}", """What this version says differently than the
    version `with`, in words.""",
          scope=life.scope, query=schemas.ModelDiffQuery(), answer=schemas.ModelDiff())
    def differences(engine: Engine, caller: Caller, model_id: int, query: dict[str, Any]) -> Any:
        return versions.differences(engine, model_id, query["with_"])

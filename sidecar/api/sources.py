"""Sources of leads: their addresses, what their vendors deliver, what is fetched from vendors."""

from __future__ import annotations

import base64
from typing import Any

from flask import Blueprint

from sidecar.api import schemas
from sidecar.api.endpoint import actor, endpoint
from sidecar.engine import Engine
from sidecar.errors import Invalid
from sidecar.services import pulls, sources
from sidecar.services.access import Caller
from sidecar.sources.registry import SOURCES

bp = Blueprint("sources", __name__)
_SOURCE = "/v1/sources/<key>"


@endpoint(bp, "GET", "/v1/sources", scope="admin", answer=schemas.SourceList())
def list_sources(engine: Engine, caller: Caller) -> Any:
    """Sources by name, and the kinds that there are: what each calls its secret, whether it can be pulled."""
    kinds = [
        {"kind": source.name, "title": source.title, "secret": source.secret,
         "pull_of": source.api.of_title if source.api and source.api.missed else None}
        for source in SOURCES.values()]
    return {"data": sources.list_sources(engine), "kinds": kinds}


@endpoint(bp, "POST", "/v1/sources", scope="admin", body=schemas.SourceAdd(), answer=schemas.SourceMade(),
          status=201)
def add_source(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Create a source; its address, and its secret, told this once, are to be entered at the vendor."""
    return sources.add(engine, body["kind"], body["name"], secret=body.get("secret"),
                       pull_of=body.get("pull_of"), by=actor(caller))


@endpoint(bp, "GET", _SOURCE, scope="admin", answer=schemas.SourceWhole())
def get_source(engine: Engine, caller: Caller, key: str) -> Any:
    """One source, with what to do at its vendor and its last ten deliveries."""
    return sources.whole(engine, key)


@endpoint(bp, "PATCH", _SOURCE, scope="admin", body=schemas.SourceEdit(), answer=schemas.LeadSource())
def edit_source(engine: Engine, caller: Caller, key: str, body: dict[str, Any]) -> Any:
    """Change the secret, the mapping, what is pulled; switch it off (disabled) or on again."""
    return sources.edit(engine, key, body, by=actor(caller))


@endpoint(bp, "POST", f"{_SOURCE}/sample", scope="admin", body=schemas.SourceSample(),
          answer=schemas.SourceRead())
def sample(engine: Engine, caller: Caller, key: str, body: dict[str, Any]) -> Any:
    """What a body would be read as, by the mapping that is sent, else the one that is kept, else, for any
    other sender, the one that the body suggests; nothing is written."""
    return sources.sample(engine, key, body["body"], body.get("mapping"))


@endpoint(bp, "POST", f"{_SOURCE}/secret", scope="admin", body=schemas.SecretRenewal(),
          answer=schemas.SourceMade())
def renew_secret(engine: Engine, caller: Caller, key: str, body: dict[str, Any]) -> Any:
    """Make a new secret, told this once; the one before counts for `former_hours` more."""
    return sources.renew_secret(engine, key, body["former_hours"], by=actor(caller))


@endpoint(bp, "POST", f"{_SOURCE}/test", scope="admin", body=schemas.Empty(), answer=schemas.IntakeResult(),
          status=202)
def test_source(engine: Engine, caller: Caller, key: str, body: dict[str, Any]) -> Any:
    """Take in a test lead of the source: it is kept and scored, and nobody is told of it."""
    return sources.send_test(engine, key, by=actor(caller))


@endpoint(bp, "POST", "/v1/sources/<kind>/<key>", scope="leads", limit="none", body=schemas.SourceDelivery(),
          answer=schemas.SourceLeads())
def deliver(engine: Engine, caller: Caller, kind: str, key: str, body: dict[str, Any]) -> Any:
    """Check and read what a vendor delivered: leads to take in, or what the vendor is to be answered."""
    try:
        raw = base64.b64decode(body["body"], validate=True)
    except ValueError:
        raise Invalid("The request is not valid; see errors.", errors=[
            {"pointer": "/body", "code": "invalid", "detail": "This is not Base64."}]) from None
    return sources.receive(engine, kind, key, sources.Delivery(
        method=body["method"], query=body["query"], body=raw, fields=body.get("fields"),
        headers={name.lower(): value for name, value in body["headers"].items()}))


@endpoint(bp, "POST", "/v1/pipeline/pulls/start", scope="pipeline", limit="none", body=schemas.PullStart(),
          answer=schemas.PullRequests())
def start_pulls(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """The requests that are due at vendors whose keys are held, without the keys."""
    return pulls.start(engine, body["live"])


@endpoint(bp, "POST", "/v1/pipeline/pulls/answers", scope="pipeline", limit="none",
          body=schemas.PullAnswers(), answer=schemas.Pulled())
def take_pulled(engine: Engine, caller: Caller, body: dict[str, Any]) -> Any:
    """Take in the leads of vendors' answers, up to 50 at a time."""
    return pulls.take_answers(engine, body["answers"])

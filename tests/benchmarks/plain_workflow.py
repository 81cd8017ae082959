"""The peer: a plain n8n workflow of stock nodes, one execution per lead, doing the same work.

Webhook -> validate -> normalise -> Hunter and People Data Labs for company and person -> score ->
one row in Postgres. It calls the same sidecar functions and the same instant sandbox.
"""

from __future__ import annotations

import json
import uuid
from itertools import pairwise
from typing import Any

PATH = "plain-lead"
CREDENTIALS = {"api": "plainApiCred0001", "postgres": "plainPostgres001"}


def credentials(token: str, database: dict[str, Any]) -> list[dict[str, Any]]:
    """n8n credentials of the peer, in plain form for import."""
    return [
        {"id": CREDENTIALS["api"], "name": "Plain API", "type": "httpHeaderAuth",
         "data": {"name": "Authorization", "value": f"Bearer {token}"}},
        {"id": CREDENTIALS["postgres"], "name": "Plain Postgres", "type": "postgres",
         "data": database | {"ssl": "disable"}},
    ]


def workflow(sidecar: str, providers: str, *, active: bool = True) -> dict[str, Any]:
    """The workflow as n8n imports it."""
    lead = "={{ JSON.stringify({leads: [$('Receive').item.json.body]}) }}"
    tidy = "$('Normalise').item.json.results[0].lead"
    nodes = [
        _node("Receive", "webhook", 2.1, {"httpMethod": "POST", "path": PATH,
                                          "responseMode": "onReceived", "options": {}}),
        _call("Validate", f"{sidecar}/v1/validate", lead),
        _node("Valid?", "if", 2.3, {"conditions": {
            "options": {"caseSensitive": True, "typeValidation": "strict", "version": 2},
            "combinator": "and", "conditions": [{
                "id": "v", "leftValue": "={{ $json.results[0].valid }}", "rightValue": True,
                "operator": {"type": "boolean", "operation": "true", "singleValue": True}}]}}),
        _call("Normalise", f"{sidecar}/v1/normalize", lead),
        _ask("Hunter company", f"{providers}/hunter/v2/companies/find", "domain",
             f"={{{{ {tidy}.company_domain }}}}"),
        _ask("Hunter person", f"{providers}/hunter/v2/people/find", "email",
             f"={{{{ {tidy}.email }}}}"),
        _ask("PDL company", f"{providers}/peopledatalabs/v5/company/enrich", "website",
             f"={{{{ {tidy}.company_domain }}}}"),
        _ask("PDL person", f"{providers}/peopledatalabs/v5/person/enrich", "email",
             f"={{{{ {tidy}.email }}}}"),
        _call("Score", f"{sidecar}/v1/score",
              f"={{{{ JSON.stringify({{leads: [{tidy}]}}) }}}}"),
        _node("Store", "postgres", 2.6, {
            "operation": "executeQuery",
            "query": "INSERT INTO plain_leads (email, lead, score) VALUES ($1, $2, $3)",
            "options": {"queryReplacement": (
                f"={{{{ [{tidy}.email, JSON.stringify({tidy}),"
                " JSON.stringify($json.results[0].score)] }}")},
        }, {"postgres": {"id": CREDENTIALS["postgres"], "name": "Plain Postgres"}}),
    ]
    for place, node in enumerate(nodes):
        node["position"] = [place * 220, 0]
    names = [node["name"] for node in nodes]
    connections = {
        first: {"main": [[{"node": second, "type": "main", "index": 0}]]}
        for first, second in pairwise(names)
    }
    return {
        "id": "plainLeadBench01", "name": "Plain lead (benchmark)", "active": active,
        "nodes": nodes, "connections": connections, "meta": None, "tags": [],
        "settings": {"executionOrder": "v1", "saveDataSuccessExecution": "none",
                     "saveDataErrorExecution": "none"},
    }


def _node(
    name: str, kind: str, version: float, parameters: dict[str, Any],
    credential: dict[str, Any] | None = None,
) -> dict[str, Any]:
    node: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"plain/{name}")), "name": name,
        "type": f"n8n-nodes-base.{kind}", "typeVersion": version, "position": [0, 0],
        "parameters": parameters}
    if kind == "webhook":
        node["webhookId"] = node["id"]
    return node | ({"credentials": credential} if credential else {})


def _call(name: str, url: str, body: str) -> dict[str, Any]:
    return _node(name, "httpRequest", 4.2, {
        "method": "POST", "url": url, "authentication": "genericCredentialType",
        "genericAuthType": "httpHeaderAuth", "sendBody": True, "specifyBody": "json",
        "jsonBody": body, "options": {}},
        {"httpHeaderAuth": {"id": CREDENTIALS["api"], "name": "Plain API"}})


def _ask(name: str, url: str, parameter: str, value: str) -> dict[str, Any]:
    return _node(name, "httpRequest", 4.2, {
        "url": url, "sendQuery": True,
        "queryParameters": {"parameters": [{"name": parameter, "value": value}]},
        "options": {"response": {"response": {"neverError": True}}}})


def dump(path: Any, value: Any) -> None:
    """Write for import."""
    path.write_text(json.dumps(value))

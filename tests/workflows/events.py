"""Workflows that begin with Enrichment Engine Trigger, made as people make them in the editor."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.client import until
from tests.workflows.test_upgrade import Editor

TRIGGER = "n8n-nodes-enrichment-engine.enrichmentEngineTrigger"
SIDECAR = {"enrichmentSidecarApi": {"id": "sidecarCred00001", "name": "Sidecar"}}


def flow(url: str, **parameters: Any) -> dict[str, Any]:
    """A workflow that sends each event on to a URL."""
    mark = uuid.uuid4().hex[:8]
    return {
        "name": f"Events {mark}",
        "settings": {"executionOrder": "v1", "saveDataErrorExecution": "all",
                     "saveDataSuccessExecution": "none"},
        "nodes": [
            {"id": str(uuid.uuid4()), "name": "Trigger", "type": TRIGGER, "typeVersion": 1,
             "position": [0, 0], "webhookId": str(uuid.uuid4()), "parameters": parameters,
             "credentials": SIDECAR},
            {"id": str(uuid.uuid4()), "name": "Send on", "type": "n8n-nodes-base.httpRequest",
             "typeVersion": 4.2, "position": [200, 0], "parameters": {
                 "method": "POST", "url": url, "sendBody": True, "specifyBody": "json",
                 "jsonBody": "={{ JSON.stringify($json) }}", "options": {}}},
        ],
        "connections": {"Trigger": {"main": [[{"node": "Send on", "type": "main", "index": 0}]]}},
    }


def subscriptions(client: Any) -> list[dict[str, Any]]:
    """What the sidecar has of triggers."""
    return [row for row in client.get("/v1/subscriptions").json()["data"] if row["key"]]


@contextmanager
def published(stack: Any, client: Any, made: dict[str, Any]) -> Iterator[tuple[Editor, str]]:
    """(the editor, the workflow's id) while the workflow is published and subscribed; deleted afterwards."""
    editor = Editor(stack.facts)
    workflow = editor("POST", "workflows", **made)
    try:
        editor("POST", f"workflows/{workflow['id']}/activate", versionId=workflow["versionId"])
        until(lambda: any(f":{workflow['id']}:" in row["key"] for row in subscriptions(client)), 60,
              "the trigger to subscribe")
        yield editor, workflow["id"]
    finally:
        editor = Editor(stack.facts)
        editor.delete(workflow["id"])

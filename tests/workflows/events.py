"""Workflows that begin with Enrichment Engine Trigger, made as people make them in the editor."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.client import until
from tests.workflows import test_erasure

TRIGGER = "n8n-nodes-enrichment-engine.enrichmentEngineTrigger"
SIDECAR = {"enrichmentSidecarApi": {"id": "sidecarCred00001", "name": "Sidecar"}}


class Editor(test_erasure.Editor):
    """n8n's editor, signed in once per stack: n8n takes few sign-ins in a row."""

    signed_in: dict[str, Editor] = {}  # noqa: RUF012  (one for all)

    @classmethod
    def of(cls, stack: Any) -> Editor:
        url = stack.facts["n8n_url"]
        if url not in cls.signed_in:
            cls.signed_in[url] = cls(stack)
        return cls.signed_in[url]

    def publish(self, made: dict[str, Any]) -> str:
        """Create a workflow and publish it: its id."""
        workflow = self.post("workflows", made)
        self.post(f"workflows/{workflow['id']}/activate", {"versionId": workflow["versionId"]})
        return str(workflow["id"])

    def unpublish(self, workflow_id: str) -> None:
        self.post(f"workflows/{workflow_id}/deactivate", {})

    def delete(self, workflow_id: str) -> None:
        self.post(f"workflows/{workflow_id}/archive", {})
        # n8n answers 409 until the workflow is unpublished everywhere.
        until(lambda: self.session.delete(f"{self.url}/rest/workflows/{workflow_id}", timeout=30).ok, 60,
              "the archived workflow to be deleted")


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
def published(stack: Any, client: Any, made: dict[str, Any]) -> Iterator[str]:
    """The id of a workflow that is published and subscribed; it is deleted afterwards."""
    editor = Editor.of(stack)
    workflow_id = editor.publish(made)
    try:
        until(lambda: any(f":{workflow_id}:" in row["key"] for row in subscriptions(client)), 60,
              "the trigger to subscribe")
        yield workflow_id
    finally:
        editor.delete(workflow_id)

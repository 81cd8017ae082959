"""Bring exported n8n workflows into the form in which they are committed.

    python local/normalize_workflows.py            rewrite n8n/workflows/*.json in place
    python local/normalize_workflows.py --check    fail when one of them is not normalised
    python local/normalize_workflows.py EXPORT…    take over files of `n8n export:workflow`

An export names its owner, counts versions and stamps times; none of that belongs in a repository.
What stays is what the canvas shows, in one order, so that a diff shows what somebody changed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Workflow = dict[str, Any]

WORKFLOWS = Path(__file__).resolve().parent.parent / "n8n" / "workflows"

STICKY = "n8n-nodes-base.stickyNote"
_NODE_KEYS = (
    "id", "name", "type", "typeVersion", "position", "parameters", "credentials", "webhookId",
    "disabled", "notes", "notesInFlow", "onError", "retryOnFail", "maxTries", "waitBetweenTries",
    "alwaysOutputData", "executeOnce",
)
_SETTINGS = (
    "executionOrder", "executionTimeout", "errorWorkflow", "callerPolicy", "timezone",
    "saveDataSuccessExecution", "saveDataErrorExecution", "saveManualExecutions",
    "saveExecutionProgress",
)


def normalize(workflow: Workflow) -> Workflow:
    """The committed form of a workflow; idempotent. Execution data and pinned data are left out:
    they may hold people."""
    nodes = sorted((_node(node) for node in workflow["nodes"]), key=_reading_order)
    settings = workflow.get("settings") or {}
    connections = workflow.get("connections") or {}
    return {
        "id": workflow["id"],
        "name": workflow["name"],
        "active": True,
        "settings": {key: settings[key] for key in _SETTINGS if key in settings},
        "nodes": nodes,
        "connections": {
            node["name"]: _trimmed(connections[node["name"]])
            for node in nodes if _trimmed(connections.get(node["name"]) or {})
        },
        "pinData": {},
        "meta": None,
        "tags": [],
    }


def _node(node: dict[str, Any]) -> dict[str, Any]:
    kept = {key: node[key] for key in _NODE_KEYS if key in node}
    if kept.get("credentials"):
        kept["credentials"] = {
            kind: {"id": credential["id"], "name": credential["name"]}
            for kind, credential in sorted(kept["credentials"].items())
        }
    # What the editor leaves behind when a switch is put on and off again.
    return {key: value for key, value in kept.items() if value not in (False, "", {}, None)
            or key == "parameters"}


def _reading_order(node: dict[str, Any]) -> tuple[bool, int, int, str]:
    """Steps from left to right, then the notes."""
    x, y = node["position"]
    return node["type"] == STICKY, x, y, node["name"]


def _trimmed(outputs: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Connections of a node without outputs that lead nowhere after the last used one."""
    trimmed = {}
    for kind, ports in outputs.items():
        used = [place for place, targets in enumerate(ports) if targets]
        if used:
            trimmed[kind] = [ports[place] or [] for place in range(used[-1] + 1)]
    return trimmed


def dump(workflow: Workflow) -> str:
    """The text of a committed workflow file."""
    text = json.dumps(workflow, indent=2, ensure_ascii=False)
    # Positions and connection ends read better on one line.
    text = re.sub(r"\[\n\s+(-?\d+),\n\s+(-?\d+)\n\s+\]", r"[\1, \2]", text)
    text = re.sub(
        r'\{\n\s+("node": "[^"]*"),\n\s+("type": "[^"]*"),\n\s+("index": \d+)\n\s+\}',
        r"{ \1, \2, \3 }", text,
    )
    return text + "\n"


def slug(name: str) -> str:
    """The file name of a workflow, without suffix: `Lead intake` -> `lead-intake`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def read(path: Path) -> list[Workflow]:
    """The workflows of an export: one object or a list of them."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return content if isinstance(content, list) else [content]


def take_over(exports: Iterable[Path], folder: Path) -> list[Path]:
    """Write the exported workflows into the folder; a workflow keeps the file it has."""
    known = {workflow["id"]: path for path in folder.glob("*.json") for workflow in read(path)}
    written = []
    for export in exports:
        for workflow in read(export):
            path = known.get(workflow["id"], folder / f"{slug(workflow['name'])}.json")
            path.write_text(dump(normalize(workflow)), encoding="utf-8")
            written.append(path)
    return written


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("exports", nargs="*", type=Path, metavar="EXPORT")
    parser.add_argument("--check", action="store_true", help="change nothing, fail if need be")
    parser.add_argument("--folder", type=Path, default=WORKFLOWS)
    given = parser.parse_args(arguments)
    paths = sorted(given.folder.glob("*.json"))
    if given.check:
        stale = [
            path for path in paths
            if path.read_text(encoding="utf-8") != "".join(map(dump, map(normalize, read(path))))
        ]
        for path in stale:
            print(f"{path.name} is not normalised: run local/normalize_workflows.py")
        return 1 if stale else 0
    for path in take_over(given.exports or paths, given.folder):
        print(path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())

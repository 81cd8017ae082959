"""The n8n workflows as they are committed: `python -m local.workflows take | format | restore`.

`take` (`make workflows`) brings what was changed in the running stack's editor into n8n/workflows/ and shows
the difference; `format` brings files that were changed by hand into the same form: the one in which the
editor saves, without what n8n counts and stamps, in one order, so that a diff shows what somebody changed.
`restore` (`make restore-workflows`) brings those back that were deleted in the running stack's editor.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from deploy import commands
from deploy.problem import Problem
from deploy.progress import say
from deploy.settings import ROOT, Settings, read_env_file
from local import n8n, programs, stack

Workflow = dict[str, Any]

STICKY = "n8n-nodes-base.stickyNote"
EXAMPLE = "Example: "  # a workflow that waits, unpublished, for somebody to make it theirs
_GRID = 16  # px: where the editor puts steps
# Where a workflow's timeout is the same as everywhere, n8n leaves it out.
_TIMEOUT = read_env_file(ROOT / "deploy/n8n.env")["EXECUTIONS_TIMEOUT"]
_NODE_KEYS = (
    "id", "name", "type", "typeVersion", "position", "parameters", "credentials", "webhookId",
    "disabled", "notes", "notesInFlow", "onError", "retryOnFail", "maxTries", "waitBetweenTries",
    "alwaysOutputData", "executeOnce",
)


def normalize(workflow: Workflow) -> Workflow:
    """The committed form of a workflow; idempotent. Execution data and pinned data are left out:
    they may hold people."""
    settings = {"binaryMode": "separate"} | workflow["settings"]
    nodes = sorted((_node(node) for node in workflow["nodes"]), key=_reading_order)
    connections = workflow.get("connections") or {}
    return {
        "id": workflow["id"],
        "name": workflow["name"],
        "active": not workflow["name"].startswith(EXAMPLE),
        "description": workflow.get("description") or None,
        "settings": {key: value for key, value in sorted(settings.items())
                     if value != "DEFAULT" and (key, str(value)) != ("executionTimeout", _TIMEOUT)},
        "nodes": nodes,
        "connections": {
            node["name"]: _trimmed(connections[node["name"]])
            for node in nodes if _trimmed(connections.get(node["name"]) or {})
        },
        "nodeGroups": workflow.get("nodeGroups") or [],
        "pinData": {},
        "meta": None,
        "tags": [{"id": tag["id"], "name": tag["name"]} for tag in workflow.get("tags") or ()],
    }


def _node(node: dict[str, Any]) -> dict[str, Any]:
    kept = {key: node[key] for key in _NODE_KEYS if key in node}
    kept["position"] = [_GRID * round(place / _GRID) for place in node["position"]]
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


def write(found: Settings, workflows: Iterable[Workflow], folder: Path = n8n.WORKFLOWS) -> None:
    """Each into the file that it has, else into one named after it, in the committed form."""
    known = {_read(path)["id"]: path for path in folder.glob("*.json")}
    for workflow in map(normalize, _as_saved(found, list(workflows))):
        path = known.get(workflow["id"], folder / f"{slug(workflow['name'])}.json")
        path.write_text(dump(workflow), encoding="utf-8")


def _as_saved(found: Settings, workflows: list[Workflow]) -> list[Workflow]:
    """As the editor saves them: workflows.mjs knows the defaults of n8n's nodes."""
    tree = n8n.install(found)
    done = subprocess.run(
        [str(n8n.NODE), str(Path(__file__).with_suffix(".mjs")), str(tree), str(n8n.build_nodes(found))],
        input=json.dumps(workflows), env=dict(os.environ) | {"NODE_PATH": str(tree / "node_modules")},
        capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(f"The workflows cannot be read: {done.stderr[-1000:]}")
    return list(json.loads(done.stdout))


def take(found: Settings, folder: Path = n8n.WORKFLOWS) -> None:
    """Bring the running stack's workflows home, and show what that changes.

    Ours alone, unless ADD names another one of the stack.
    """
    started = _started(found)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "workflows.json"
        n8n.command(n8n.install(found), programs.n8n_environment(started), "export:workflow", "--all",
                    f"--output={path}")
        live = json.loads(path.read_text(encoding="utf-8"))
    ours = {_read(path)["id"] for path in folder.glob("*.json")}
    write(found, (workflow for workflow in live if not workflow["isArchived"]
                  and (workflow["id"] in ours or workflow["name"] == found.get("ADD"))), folder)
    for shown in (("--stat",), ()):
        subprocess.run(["git", "--no-pager", "diff", *shown, "--", str(folder)], cwd=folder, check=False)
    say("These are the workflows as they are in n8n; commit what is meant to ship.")


def format_files(found: Settings) -> None:
    """Bring the committed files into the committed form."""
    write(found, map(_read, sorted(n8n.WORKFLOWS.glob("*.json"))))


def restore(found: Settings) -> None:
    """Bring back the workflows that were deleted in the running stack's editor."""
    started = _started(found)
    for sentence in n8n.deploy(n8n.install(found), programs.n8n_environment(started),
                               programs.n8n_secrets(started), started.sidecar_url, restore=True):
        say(sentence)


def _started(found: Settings) -> programs.Stack:
    if not (found.state / "stack.json").exists():
        raise Problem("No stack was started here; `make run` starts one.")
    return stack.prepare(found)[0]


def _read(path: Path) -> Workflow:
    return dict(json.loads(path.read_text(encoding="utf-8")))


if __name__ == "__main__":
    commands.run(__doc__, {"take": take, "format": format_files, "restore": restore})

"""The committed workflows: what n8n imports, and what people read on the canvas."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from deploy.settings import read_env_file
from local import workflows as normalizer

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "n8n" / "workflows"
PACKAGE = ROOT / "n8n" / "custom-nodes"
FILES = sorted(FOLDER.glob("*.json"))

# Steps of n8n's own that our canvases use, with the newest version each has in n8n 2.41.
STOCK = {
    "n8n-nodes-base.webhook": 2.1,
    "n8n-nodes-base.respondToWebhook": 1.5,
    "n8n-nodes-base.scheduleTrigger": 1.4,
    "n8n-nodes-base.manualTrigger": 1,
    "n8n-nodes-base.errorTrigger": 1,
    "n8n-nodes-base.formTrigger": 2.6,
    "n8n-nodes-base.form": 2.5,
    "n8n-nodes-base.set": 3.4,
    "n8n-nodes-base.if": 2.3,
    "n8n-nodes-base.httpRequest": 4.5,
    "n8n-nodes-base.googleSheets": 4.7,
    "n8n-nodes-base.emailSend": 2.1,
    "n8n-nodes-base.stickyNote": 1,
}
STICKY = "n8n-nodes-base.stickyNote"
NODE_SIZE = 96
NEVER_KEPT = {
    "saveDataSuccessExecution": "none",
    "saveDataErrorExecution": "none",
    "saveManualExecutions": False,
    "saveExecutionProgress": False,
}
CREDENTIALS = {
    "enrichmentSidecarApi": {"id": "sidecarCred00001", "name": "Sidecar"},
    "enrichmentProvidersApi": {"id": "providersCred0001", "name": "Enrichment providers"},
}


WORKFLOWS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}
EXAMPLES = {stem for stem, workflow in WORKFLOWS.items() if workflow["name"].startswith("Example: ")}
each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS)


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in workflow["nodes"] if node["type"] != STICKY]


def notes(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in workflow["nodes"] if node["type"] == STICKY]


def box(node: dict[str, Any]) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) on the canvas."""
    x, y = node["position"]
    size = node["parameters"]
    return x, y, x + size.get("width", NODE_SIZE), y + size.get("height", NODE_SIZE)


def links(workflow: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (source, target["node"])
        for source, outputs in workflow["connections"].items()
        for port in outputs["main"]
        for target in port
    ]


def custom_types() -> dict[str, dict[str, Any]]:
    """Node type -> codex entry of our package."""
    package = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))
    found = {}
    for built in package["n8n"]["nodes"]:
        source = PACKAGE / built.removeprefix("dist/").replace(".node.js", ".node.ts")
        name = re.search(r"^\t\tname: '(\w+)'", source.read_text(encoding="utf-8"), re.MULTILINE)
        assert name, source
        codex = source.with_suffix(".json")
        found[f"{package['name']}.{name[1]}"] = json.loads(codex.read_text(encoding="utf-8"))
    return found


def test_the_flows_are_there() -> None:
    assert set(WORKFLOWS) == {
        "lead-intake", "lead-form", "lead-file-form", "mail-events", "lead-enrichment", "csv-imports",
        "duplicate-search", "lead-pulls", "nightly-scoring", "nightly-training", "stale-leads",
        "dead-letter-replay", "follow-ups", "error-handler", *EXAMPLES}
    assert {stem.removeprefix("example-") for stem in EXAMPLES} == {
        "hot-leads-to-another-app", "new-leads-to-google-sheets", "approval-before-sales"}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_committed_files_are_normalised(path: Path) -> None:
    workflow = json.loads(path.read_text(encoding="utf-8"))
    assert path.read_text(encoding="utf-8") == normalizer.dump(normalizer.normalize(workflow))
    assert path.stem == normalizer.slug(workflow["name"])


@each_workflow
def test_ids_are_stable_and_unique(workflow: dict[str, Any]) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{16}", workflow["id"])
    ids = [node["id"] for node in workflow["nodes"]]
    assert len(set(ids)) == len(ids)
    for node in workflow["nodes"]:
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", node["id"])
        assert ("webhookId" in node) == (node["type"].split(".")[1] in (
            "webhook", "formTrigger", "form", "emailSend", "enrichmentEngineTrigger",
                "enrichmentSourceTrigger"))


def test_ids_differ_between_workflows() -> None:
    ids = [w["id"] for w in WORKFLOWS.values()]
    ids += [node["id"] for w in WORKFLOWS.values() for node in w["nodes"]]
    assert len(set(ids)) == len(ids)


@each_workflow
def test_every_step_has_a_name_of_its_own(workflow: dict[str, Any]) -> None:
    names = [node["name"] for node in workflow["nodes"]]
    assert len(set(names)) == len(names)
    for node in steps(workflow):
        assert not re.search(r"\d$|^(Webhook|Respond to Webhook|Schedule Trigger)$", node["name"])


@each_workflow
def test_type_names_resolve(workflow: dict[str, Any]) -> None:
    ours = custom_types()
    for node in workflow["nodes"]:
        if node["type"] in ours:
            assert ours[node["type"]]["node"] == node["type"]
            assert node["typeVersion"] == 1
        else:
            assert node["typeVersion"] == STOCK[node["type"]]


@each_workflow
def test_connections_name_steps_and_reach_all_of_them(workflow: dict[str, Any]) -> None:
    names = {node["name"] for node in steps(workflow)}
    reached = set()
    for source, target in links(workflow):
        assert {source, target} <= names
        reached.add(target)
    starts = {
        node["name"] for node in steps(workflow)
        if node["type"].endswith(("webhook", "Trigger"))
    }
    assert names - reached == starts


@each_workflow
def test_every_step_is_described_by_a_note_around_it(workflow: dict[str, Any]) -> None:
    for node in steps(workflow):
        left, top, right, bottom = box(node | {"parameters": {}})
        around = [
            note for note in notes(workflow)
            if (b := box(note))[0] <= left and b[1] <= top and right <= b[2] and bottom <= b[3]
        ]
        assert len(around) == 1, node["name"]
        title, *text = around[0]["parameters"]["content"].splitlines()
        assert title == f"### {node['name']}" or f"**{node['name']}**" in " ".join(text)
        assert len(" ".join(text)) > 35
    overview = next(note for note in notes(workflow) if note["name"] == "Note: Overview")
    assert overview["parameters"]["content"].startswith(f"## {workflow['name']}\n")


@each_workflow
def test_nothing_overlaps_on_the_canvas(workflow: dict[str, Any]) -> None:
    for group in (steps(workflow), notes(workflow)):
        boxes = [(node["name"], box(node if node["type"] == STICKY else node | {"parameters": {}}))
                 for node in group]
        for place, (name, a) in enumerate(boxes):
            for other, b in boxes[place + 1:]:
                apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
                assert apart, f"{name} lies on {other}"


@each_workflow
def test_canvases_read_from_left_to_right(workflow: dict[str, Any]) -> None:
    x = {node["name"]: node["position"][0] for node in steps(workflow)}
    backwards = [(a, b) for a, b in links(workflow) if x[b] < x[a]]
    round_ = [("Ask the providers", "Plan provider calls")]
    loops = {"lead-enrichment": round_, "example-approval-before-sales": round_}
    assert backwards == loops.get(normalizer.slug(workflow["name"]), [])


@each_workflow
def test_settings(workflow: dict[str, Any]) -> None:
    settings = workflow["settings"]
    assert workflow["active"] is (normalizer.slug(workflow["name"]) not in EXAMPLES)
    assert settings["executionOrder"] == "v1"
    # The editor leaves it out where it is the same as everywhere.
    assert "executionTimeout" not in settings
    assert read_env_file(ROOT / "deploy/n8n.env")["EXECUTIONS_TIMEOUT"] == "300"
    assert settings["saveDataSuccessExecution"] == "none"
    assert settings["saveManualExecutions"] is False
    if workflow["id"] != "errorHandler0001":
        assert settings["errorWorkflow"] == WORKFLOWS["error-handler"]["id"]


def test_runs_that_touch_people_are_never_kept() -> None:
    for name in ("lead-intake", "lead-form", "lead-file-form", "mail-events",
                 "example-hot-leads-to-another-app", "example-new-leads-to-google-sheets"):
        settings = WORKFLOWS[name]["settings"]
        assert {key: settings[key] for key in NEVER_KEPT} == NEVER_KEPT


@each_workflow
def test_rules_do_not_live_in_the_editor(workflow: dict[str, Any]) -> None:
    for node in steps(workflow):
        for expression in re.findall(r"=\{\{(.*?)\}\}", json.dumps(node["parameters"])):
            path = r"(\$json|\$\('[\w ]+'\)\.item\.json)(\??\.(\w+|\[0\]))*"
            assert re.fullmatch(
                rf" (\$today|{path}|{path}\.urlEncode\(\)) ",
                expression), (node["name"], expression)


@each_workflow
def test_secrets_stay_in_credentials(workflow: dict[str, Any]) -> None:
    text = json.dumps(workflow).replace("https://app.example.com", "").replace("@example.com", "")
    assert not re.search(r"https?://|@\w+\.\w|Bearer|\x22password\x22|[A-Za-z0-9+_-]{40,}", text)
    for node in steps(workflow):
        for kind, credential in node.get("credentials", {}).items():
            assert set(credential) == {"id", "name"}
            assert credential == CREDENTIALS.get(kind, credential)
        if node["type"] == "n8n-nodes-base.webhook":
            kind = {"headerAuth": "httpHeaderAuth", "basicAuth": "httpBasicAuth"}
            assert kind[node["parameters"]["authentication"]] in node["credentials"]
    assert workflow["pinData"] == {}


class TestNormalise:
    def exported(self) -> dict[str, Any]:
        """As `n8n export:workflow` writes it."""
        return WORKFLOWS["error-handler"] | {
            "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-02T00:00:00.000Z",
            "versionId": "1", "activeVersionId": "1", "versionCounter": 3, "triggerCount": 1,
            "staticData": {"last": 1}, "versionMetadata": {}, "active": False,
            "shared": [{"project": {"name": "Ada Lovelace <ada@example.com>"}}],
            "pinData": {"When a run fails": [{"json": {"email": "ada@example.com"}}]},
            "nodes": list(reversed(WORKFLOWS["error-handler"]["nodes"])),
        }

    def test_an_export_becomes_what_is_committed(self) -> None:
        assert normalizer.normalize(self.exported()) == WORKFLOWS["error-handler"]

    def test_tags_description_and_every_setting_are_kept(self) -> None:
        workflow = self.exported() | {
            "description": "Ours", "settings": {"timezone": "Europe/Berlin", "binaryMode": "separate"},
            "tags": [{"id": "tag1", "name": "sales", "createdAt": "2026-01-01T00:00:00.000Z"}],
            "nodeGroups": [{"name": "Intake"}]}
        normalized = normalizer.normalize(workflow)
        assert normalized["tags"] == [{"id": "tag1", "name": "sales"}]
        for key in ("description", "settings", "nodeGroups"):
            assert normalized[key] == workflow[key]

    def test_steps_stand_on_the_editors_grid(self) -> None:
        workflow = self.exported()
        workflow["nodes"] = [workflow["nodes"][0] | {"position": [30, -150]}]
        assert normalizer.normalize(workflow)["nodes"][0]["position"] == [32, -144]


def test_the_example_on_the_canvas_is_off_and_lets_every_lead_go_on() -> None:
    """A switched off step hands its items to its first output."""
    flow = WORKFLOWS["lead-enrichment"]
    off = [node for node in flow["nodes"] if node.get("disabled")]
    assert [node["name"] for node in off] == ["To be enriched?"]
    first, second = flow["connections"]["To be enriched?"]["main"]
    assert [end["node"] for end in first] == ["Plan provider calls"]
    assert [end["node"] for end in second] == ["Skip enrichment"]
    assert flow["connections"]["Skip enrichment"]["main"] == [first]

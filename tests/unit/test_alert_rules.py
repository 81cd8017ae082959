"""The alerts: each fires when it should and not before, by promtool's tests; each has its page."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
import yaml

from deploy.settings import ROOT
from sidecar import metrics
from tests.alerts import FILES, FOLDER, RULES, RUNBOOKS, kebab
from tests.stack import needs

TESTS = sorted(FOLDER.glob("*_test.yml"))
PATHS = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))["paths"]
NAMES = {rule["alert"] for rule in RULES}
# What a command of Compose is about.
SERVICE = re.compile(r"docker compose (?:logs|exec|restart|stop|ps) (?:--?[\w-]+(?: \d+m?)? )*([a-z][\w-]*)")


def expected() -> list[tuple[str, set[str]]]:
    """Of every look at an alert in the tests, the severities with which it fires then."""
    looks = (look for file in TESTS for test in yaml.safe_load(file.read_text())["tests"]
             for look in test.get("alert_rule_test", ()))
    return [(look["alertname"], {alert["exp_labels"]["severity"] for alert in look.get("exp_alerts", ())})
            for look in looks]


@needs("promtool")
def test_prometheus_takes_the_configuration_and_the_rules():
    for command in (["config", FOLDER / "prometheus.yml"], ["rules", "--lint=all", "--lint-fatal", *FILES]):
        done = subprocess.run(["promtool", "check", *command], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@needs("promtool")
@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_alerts_fire_when_they_should_and_not_before(file):
    done = subprocess.run(["promtool", "test", "rules", file], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_seen_to_fire_and_to_be_silent():
    looks = expected()
    for rule in RULES:
        name, severity = rule["alert"], rule["labels"]["severity"]
        mine = [severities for alert, severities in looks if alert == name]
        assert any(severity in severities for severities in mine), f"{name} ({severity}) never fires"
        if name != "Watchdog":  # which always fires
            assert any(severity not in severities for severities in mine), f"{name} is never silent"


def test_every_alert_says_how_bad_it_is_what_it_is_and_where_its_page_is():
    for rule in RULES:
        name, annotations = rule["alert"], rule["annotations"]
        assert rule["labels"]["severity"] in ({"none"} if name == "Watchdog" else {"page", "ticket"}), name
        assert annotations.keys() == {"summary", "description", "runbook_url"}, name
        assert annotations["runbook_url"] == f"docs/runbooks/{kebab(name)}.md"


def test_an_alert_has_one_name_in_one_file():
    seen = {}
    for file in FILES:
        for name in set(re.findall(r"- alert: (\w+)", file.read_text())):
            assert seen.setdefault(name, file) == file, f"{name} is in {seen[name].name} and {file.name}"


def test_every_alert_has_a_page_and_every_page_an_alert():
    pages = {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"}
    assert pages == set(map(kebab, NAMES))
    index = (RUNBOOKS / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\(([\w-]+)\.md\)", index)) == pages


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_page_is_named_as_its_alert_and_goes_step_by_step(name):
    text = (RUNBOOKS / f"{kebab(name)}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {name}\n\n")
    assert "\n1. " in text and "\n2. " in text
    assert len(text.splitlines()) <= 30, "half a page"


def test_what_the_pages_have_people_type_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    paths = {re.sub(r"{\w+}", "X", path) for path in PATHS}
    for page in RUNBOOKS.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"`make ([a-z][a-z-]*)", text):
            assert re.search(rf"(?m)^{target}:", makefile), f"{page.name}: make {target}"
        for service in SERVICE.findall(text):
            assert service in services, f"{page.name}: {service}"
        for call in re.findall(r"/v1/[\w/{}.-]+", text):
            known = re.sub(r"{\w+}|\b(?:JOB_|MESSAGE_)?ID\b", "X", call.rstrip("."))
            assert known in paths, f"{page.name}: {call}"


def test_intake_is_what_takes_leads_in():
    taking = {re.sub(r"{(\w+)}", r"<\1>", path) for path, calls in PATHS.items() if "post" in calls}
    [pattern] = set(re.findall(r'url_rule=~"([^"]+)"', (FOLDER / "slos.yml").read_text()))
    assert {rule for rule in taking if re.fullmatch(pattern, rule)} == {
        "/v1/leads", "/v1/forms/<key>", "/v1/sources/<kind>/<key>"}


@pytest.mark.parametrize(("metric", "labels", "bound"), [
    (metrics.SCORED_SECONDS, ("interactive",), "10.0"), (metrics.HOT_SECONDS, ("slack",), "60.0")])
def test_what_is_promised_is_a_bound_that_is_measured(metric, labels, bound):
    metric.labels(*labels)
    [family] = metric.collect()
    assert bound in {sample.labels.get("le") for sample in family.samples}
    assert f'le="{bound}"' in (FOLDER / "slos.yml").read_text()
    assert f"{family.name}_bucket" in (FOLDER / "slos.yml").read_text()

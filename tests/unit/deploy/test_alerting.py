"""Who is told of which alert, whatever combination of ways is set; Alertmanager's own amtool says so."""

from __future__ import annotations

import json
import subprocess
from itertools import combinations

import pytest
import yaml

from deploy import alerting
from deploy.problem import Problem
from deploy.settings import ROOT
from tests.alerts import RULES
from tests.stack import needs

WAYS = {
    "email": {"SIDECAR_SMTP_URL": "smtp://me:pass%40word@mail.example:587",
              "SIDECAR_OPERATIONS_MAIL_TO": "ops@example.com"},
    "slack": {"SIDECAR_OPERATIONS_SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/secret"},
    "pagerduty": {"ALERTS_PAGERDUTY_KEY": "a-secret-integration-key"},
    "webhook": {"ALERTS_HEARTBEAT_URL": "https://hc.example/ping"},
}
SUBSETS = [names for size in range(len(WAYS) + 1) for names in combinations(WAYS, size)]


def chosen(*names: str) -> dict[str, str]:
    return {name: value for way in names for name, value in WAYS[way].items()}


def told(config: dict, receiver: str) -> set[str]:
    """By which ways a receiver is told."""
    [found] = [one for one in config["receivers"] if one["name"] == receiver]
    return {key.removesuffix("_configs") for key in found if key != "name"}


@pytest.mark.parametrize("names", SUBSETS, ids=lambda names: "+".join(names) or "nothing")
def test_each_way_that_is_set_is_used_for_what_it_is_for(names):
    config = json.loads(alerting.configuration(chosen(*names), "/run/secrets"))
    assert told(config, "page") == {"email", "slack", "pagerduty"} & set(names)
    assert told(config, "ticket") == {"email", "slack"} & set(names)
    assert told(config, "heartbeat") == {"webhook"} & set(names)


@needs("amtool")
def test_alertmanager_takes_every_combination(tmp_path):
    paths = [tmp_path / f"{'-'.join(names) or 'nothing'}.yml" for names in SUBSETS]
    for path, names in zip(paths, SUBSETS, strict=True):
        path.write_text(alerting.configuration(chosen(*names), str(tmp_path)))
    done = subprocess.run(["amtool", "check-config", *paths], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("SUCCESS") == len(SUBSETS)


@needs("amtool")
def test_every_alert_goes_where_its_severity_says(tmp_path):
    path = tmp_path / "alertmanager.yml"
    path.write_text(alerting.configuration(chosen(*WAYS), str(tmp_path)))
    for rule in RULES:
        severity = rule["labels"]["severity"]
        expected = "heartbeat" if rule["alert"] == "Watchdog" else severity
        done = subprocess.run(
            ["amtool", "config", "routes", "test", f"--config.file={path}",
             f"--verify.receivers={expected}", f"alertname={rule['alert']}", f"severity={severity}"],
            capture_output=True, text=True)
        assert done.returncode == 0, f"{rule['alert']}: {done.stdout}{done.stderr}"


def test_no_secret_stands_in_the_configuration_but_each_in_its_file():
    settings = chosen(*WAYS)
    text = alerting.configuration(settings, "/run/secrets")
    files = alerting.secrets(settings)
    assert files == {"smtp_password": "pass@word", "alerts_pagerduty_key": "a-secret-integration-key",
                     "alerts_slack_url": "https://hooks.slack.com/services/T0/B0/secret"}
    for name, secret in files.items():
        assert secret not in text and f"/run/secrets/{name}" in text
    assert set(alerting.secrets({}).values()) == {""}


@pytest.mark.parametrize(("url", "smarthost", "tls", "signed_in"), [
    ("smtp://sinks:8025", "sinks:8025", False, False),
    ("smtp://me:secret@mail.example", "mail.example:587", True, True),
    ("smtps://me:secret@mail.example", "mail.example:465", False, True),
])
def test_mail_goes_by_the_mail_server_of_the_sidecar(url, smarthost, tls, signed_in):
    config = json.loads(alerting.configuration(chosen("email") | {"SIDECAR_SMTP_URL": url}, "/run/secrets"))
    [mail] = config["receivers"][0]["email_configs"]
    assert (mail["smarthost"], mail["require_tls"]) == (smarthost, tls)
    assert ("auth_password_file" in mail) is signed_in


def test_alerts_link_to_their_runbooks_where_these_are_to_be_read():
    settings = chosen("slack", "pagerduty") | {"ALERTS_RUNBOOKS_URL": "https://git.example/engine"}
    page = json.loads(alerting.configuration(settings, "/run/secrets"))["receivers"][0]
    link = "https://git.example/engine/{{ (index .Alerts 0).Annotations.runbook_url }}"
    assert page["slack_configs"][0]["title_link"] == page["pagerduty_configs"][0]["links"][0]["href"] == link
    without = json.loads(alerting.configuration(chosen("slack", "pagerduty"), "/run/secrets"))["receivers"][0]
    assert not without["slack_configs"][0]["title_link"] and not without["pagerduty_configs"][0]["links"]


@pytest.mark.parametrize("name", ["ALERTS_HEARTBEAT_URL", "ALERTS_PAGERDUTY_URL", "ALERTS_RUNBOOKS_URL"])
def test_what_is_no_address_is_refused_in_a_sentence(name):
    with pytest.raises(Problem, match=rf"{name} is hc\.example, which is no address"):
        alerting.configuration(chosen(*WAYS) | {name: "hc.example"}, "/run/secrets")


def test_only_what_wakes_people_keeps_others_back_and_never_in_a_ring():
    severities = {}
    for rule in RULES:
        severities.setdefault(rule["alert"], set()).add(rule["labels"]["severity"])
    explained = {}
    for cause, symptoms in alerting.EXPLAINED.items():
        name = cause[0].split('"')[1]
        assert 'severity="page"' in cause or severities[name] == {"page"}, name
        assert set(symptoms) <= severities.keys()
        explained[name] = set(symptoms)
    for name in explained:
        reached, more = set(), {name}
        while more:
            more = set().union(*(explained.get(one, set()) for one in more)) - reached
            reached |= more
        assert name not in reached, name


def test_the_settings_are_told_in_the_example():
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert all(f"\n#{name}=" in text for name in (
        "ALERTS_PAGERDUTY_KEY", "ALERTS_PAGERDUTY_URL", "ALERTS_HEARTBEAT_URL", "ALERTS_RUNBOOKS_URL"))
    assert yaml.safe_load(alerting.configuration({}, "/run/secrets"))["route"]["receiver"] == "ticket"

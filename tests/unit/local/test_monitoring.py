"""What watches the embedded stack: the deployment's rules at this stack's addresses."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from deploy.problem import Problem
from deploy.settings import ROOT, Settings
from local import certificates, debian, monitoring, ports
from local.programs import Stack
from tests.unit.local.test_debian import program

ALL = [*ports.PORTS, *ports.MONITORING.values()]


@pytest.fixture
def found(tmp_path):
    """Settings of a stack that finds Prometheus, Alertmanager and the exporter of Postgres."""
    for name in ("prometheus", "prometheus-alertmanager", "prometheus-postgres-exporter"):
        program(tmp_path / "path", name)
    state = tmp_path / "state"
    state.mkdir()
    return Settings(state, {"PATH": str(tmp_path / "path"), "XDG_CACHE_HOME": str(tmp_path / "cache")})


def stack(settings):
    numbers = {port.name: port.default for port in ports.wanted(settings)}
    shown = certificates.ensure(settings.state / "tls")
    return Stack(settings, numbers, defaultdict(lambda: "a-secret"), shown)


def test_it_scrapes_what_the_deployment_scrapes_where_that_is_here():
    made = monitoring.prometheus_config(ROOT, monitoring.targets(
        {port.name: port.default for port in ALL} | {"worker_2": 5682, "worker_broker_2": 5683}))
    shared = yaml.safe_load((ROOT / "monitoring/prometheus/prometheus.yml").read_text())
    jobs = {job["job_name"]: job["static_configs"][0]["targets"] for job in made["scrape_configs"]}
    assert jobs.keys() == {job["job_name"] for job in shared["scrape_configs"]} - {"n8n-webhook", "nginx"}
    assert jobs["n8n-worker"] == ["127.0.0.1:5680", "127.0.0.1:5682"]
    assert jobs["sidecar"] == ["127.0.0.1:8000"]
    assert not any("dns_sd_configs" in job for job in made["scrape_configs"])
    assert made["global"] == shared["global"]
    assert [Path(name).name for name in made["rule_files"]] == shared["rule_files"]
    assert all(Path(name).is_file() for name in made["rule_files"])


def test_it_runs_where_its_programs_are_found_unless_it_is_off(found):
    listed = {one.name: one for one in monitoring.programs(stack(found))}
    assert listed.keys() == {"prometheus", "alertmanager", "postgres-exporter"}
    config = json.loads((found.state / "prometheus/prometheus.yml").read_text())
    assert config["alerting"]["alertmanagers"][0]["static_configs"] == [{"targets": ["127.0.0.1:9093"]}]
    page, *_ = json.loads((found.state / "alertmanager/alertmanager.yml").read_text())["receivers"]
    assert page["email_configs"][0]["smarthost"] == "127.0.0.1:8025"
    assert page["slack_configs"][0]["api_url_file"] == str(found.state / "alertmanager/alerts_slack_url")
    assert (found.state / "alertmanager/alerts_slack_url").read_text().startswith("http://127.0.0.1:8026/")
    for values in ({"LOCAL_MONITORING": "off"}, {"PATH": "/nowhere"}):
        without = Settings(found.state, {**found.values, **values})
        assert monitoring.programs(stack(without)) == []
        assert {port.name for port in ports.wanted(without)} == {port.name for port in ports.PORTS}
    with pytest.raises(Problem, match="LOCAL_MONITORING must be auto or off"):
        debian.monitoring(Settings(found.state, {"LOCAL_MONITORING": "yes"}))


def test_a_program_whose_configuration_changed_is_another(found, tmp_path):
    before = {one.name: one for one in monitoring.programs(stack(found))}
    assert {one.name: one for one in monitoring.programs(stack(found))} == before
    changed = Settings(found.state, {**found.values, "SIDECAR_OPERATIONS_MAIL_TO": "ops@example.org"})
    after = {one.name: one for one in monitoring.programs(stack(changed))}
    assert [name for name in after if after[name] != before[name]] == ["alertmanager"]


def test_nobody_is_told_by_a_mail_server_of_people_who_named_no_address(found):
    own = Settings(found.state, {**found.values, "SIDECAR_SMTP_URL": "smtp://mail.example.org"})
    monitoring.programs(stack(own))
    receivers = json.loads((found.state / "alertmanager/alertmanager.yml").read_text())["receivers"]
    assert not any("email_configs" in one for one in receivers)


def test_people_are_told_where_it_is_or_how_to_get_it(found):
    assert monitoring.sentences(found, monitoring.facts(stack(found))) == [
        "Prometheus  http://127.0.0.1:9090/", "Alerts      http://127.0.0.1:9093/"]
    without = Settings(found.state, {"PATH": "/nowhere", "XDG_CACHE_HOME": "/nowhere"})
    assert monitoring.sentences(without, monitoring.facts(stack(without))) == [monitoring.MISSING]
    off = Settings(found.state, {**found.values, "LOCAL_MONITORING": "off"})
    assert monitoring.sentences(off, monitoring.facts(stack(off))) == []


def test_the_settings_are_told_in_the_example():
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert all(f"#{port.setting}={port.default}  # {port.what}\n" in text for port in ALL)

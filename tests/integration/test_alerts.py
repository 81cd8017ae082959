"""From a part that goes away to whom it wakes: Prometheus and Alertmanager as they run, with the deployment's
rules and routes, only faster; PagerDuty and Slack are fakes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from deploy import alerting
from deploy.settings import ROOT, Settings
from local import debian, monitoring
from tests.alerts import AT_ONCE, FILES, hurried
from tests.client import until
from tests.integration import paging
from tests.integration.receivers import Receiver, receiving

HERE = Settings(Path(), os.environ)
PROMETHEUS, ALERTMANAGER = (
    debian.find(HERE, package) for package in ("prometheus", "prometheus-alertmanager"))
pytestmark = pytest.mark.skipif(
    not (PROMETHEUS and ALERTMANAGER), reason=f"Prometheus or Alertmanager not found; {debian.HOW}")


class Part:
    """A part of the product that Prometheus scrapes; it can go away and come back."""

    def __init__(self, text: str = "") -> None:
        self.text, self.port, self._server = text, 0, None

    def come(self) -> None:
        part = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(part.text.encode())

            def log_message(self, *_: object) -> None:
                """Tests say what they need."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def go(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def program(log: Path, *command: object, at: Path = ROOT):
    """A program that runs, and says what it says into that file."""
    with log.open("w") as file, subprocess.Popen(
            [str(word) for word in command], stdout=file, stderr=subprocess.STDOUT, cwd=at) as process:
        try:
            yield
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Watched:
    """A sidecar and a worker that are watched, and what came of it."""

    sidecar: Part
    worker: Part
    outside: Receiver
    http: requests.Session
    sinks: str
    alertmanager: str

    def got(self, path: str) -> list[dict]:
        return paging.got(self.outside, path)

    def mails(self) -> list[dict]:
        return self.http.get(f"{self.sinks}/mail").json()

    def suppressed(self) -> set[str]:
        """The alerts that Alertmanager keeps back because others explain them."""
        found = self.http.get(f"{self.alertmanager}/api/v2/alerts").json()
        return {one["labels"]["alertname"] for one in found if one["status"]["inhibitedBy"]}


@pytest.fixture
def watched(tmp_path):
    with ExitStack() as stack:
        sidecar, worker = Part(), Part()
        for part in (sidecar, worker):
            part.come()
            stack.callback(part.go)
        outside = stack.enter_context(receiving())
        paging.answer(outside)
        smtp, sinks, manager, prometheus = (free_port() for _ in range(4))
        unpacked = debian.unpacked(HERE)
        unpacked.mkdir(parents=True, exist_ok=True)
        http = stack.enter_context(requests.Session())
        http.mount("http://", HTTPAdapter(max_retries=Retry(connect=60, backoff_factor=0.1, backoff_max=0.5)))

        chosen = paging.chosen(outside) | {
            "SIDECAR_SMTP_URL": f"smtp://127.0.0.1:{smtp}", "SIDECAR_OPERATIONS_MAIL_TO": "ops@example.com"}
        for name, text in alerting.secrets(chosen).items():
            (tmp_path / name).write_text(text)
        (tmp_path / "alertmanager.yml").write_text(alerting.configuration(
            chosen, str(tmp_path), AT_ONCE))
        config = monitoring.prometheus_config(ROOT, {
            "sidecar": [f"127.0.0.1:{sidecar.port}"], "n8n-worker": [f"127.0.0.1:{worker.port}"],
            "alertmanager": [f"127.0.0.1:{manager}"]})
        config["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        # Prometheus knows its targets five seconds after it started.
        config["rule_files"] = [str(hurried(file, tmp_path, "8s")) for file in FILES]
        (tmp_path / "prometheus.yml").write_text(json.dumps(config))

        stack.enter_context(program(
            tmp_path / "sinks.log",
            sys.executable, "-m", "sandbox.sinks", "--smtp-port", smtp, "--http-port", sinks))
        stack.enter_context(program(
            tmp_path / "alertmanager.log", ALERTMANAGER,
            f"--config.file={tmp_path / 'alertmanager.yml'}", f"--storage.path={tmp_path / 'alerts'}",
            f"--web.listen-address=127.0.0.1:{manager}", "--cluster.listen-address=", at=unpacked))
        http.get(f"http://127.0.0.1:{manager}/-/ready").raise_for_status()
        http.get(f"http://127.0.0.1:{sinks}/mail").raise_for_status()
        stack.enter_context(program(
            tmp_path / "prometheus.log", PROMETHEUS, "--rules.alert.resend-delay=1s",
            f"--config.file={tmp_path / 'prometheus.yml'}",
            f"--storage.tsdb.path={tmp_path / 'series'}", f"--web.listen-address=127.0.0.1:{prometheus}",
            at=unpacked))
        yield Watched(sidecar, worker, outside, http, f"http://127.0.0.1:{sinks}", f"http://127.0.0.1:{manager}")


def test_who_is_to_be_woken_is_told_by_every_way_and_told_when_it_is_over(watched):
    until(lambda: watched.got(paging.HEARTBEAT), 30, "the heartbeat, while all is well")
    assert not watched.got(paging.PAGERDUTY) and not watched.mails()

    watched.worker.go()
    until(lambda: watched.got(paging.PAGERDUTY) and watched.got(paging.SLACK) and watched.mails(), 30,
          "somebody to be woken")
    event, message, mail = watched.got(paging.PAGERDUTY)[0], watched.got(paging.SLACK)[0], watched.mails()[0]
    page = f"{paging.RUNBOOKS}/docs/runbooks/service-down.md"
    assert event["event_action"] == "trigger" and event["payload"]["severity"] == "critical"
    assert event["payload"]["summary"] == "ServiceDown: n8n-worker does not answer"
    assert event["links"] == [{"href": page, "text": "Runbook"}]
    [attachment] = message["attachments"]
    assert attachment["title"] == mail["subject"] == "Alert: ServiceDown: n8n-worker does not answer"
    assert attachment["title_link"] == page and page in attachment["text"]
    assert mail["to"] == ["ops@example.com"] and page in mail["text"]
    assert "Nothing that was acknowledged is lost" in mail["text"]

    # What the missing worker explains is kept back.
    watched.sidecar.text = 'enrich_queue_oldest_age_seconds{lane="bulk",stage="queued"} 400\n'
    until(lambda: "LeadsWait" in watched.suppressed(), 30, "an alert to be kept back")
    watched.sidecar.text = ""
    until(lambda: "LeadsWait" not in watched.suppressed(), 30, "the queue to be empty")

    watched.worker.come()
    until(lambda: len(watched.mails()) > 1 and len(watched.got(paging.SLACK)) > 1
          and len(watched.got(paging.PAGERDUTY)) > 1, 30, "people to be told that it is over")
    over = watched.got(paging.PAGERDUTY)[-1]
    assert over["event_action"] == "resolve" and over["dedup_key"] == event["dedup_key"]
    told = [watched.mails()[-1]["subject"], watched.got(paging.SLACK)[-1]["attachments"][0]["title"]]
    assert told == ["Over: ServiceDown: n8n-worker does not answer"] * 2

    # A ticket wakes nobody.
    watched.sidecar.text = 'enrich_provider_breaker_open{provider="hunter"} 1\n'
    until(lambda: len(watched.mails()) > 2 and len(watched.got(paging.SLACK)) > 2, 30, "somebody to be told")
    ticket = "Alert: ProviderDown: The provider hunter fails and is not asked any more"
    told = [watched.mails()[-1]["subject"], watched.got(paging.SLACK)[-1]["attachments"][0]["title"]]
    assert told == [ticket] * 2
    assert len(watched.got(paging.PAGERDUTY)) == 2
    everything = [watched.mails(), watched.got(paging.PAGERDUTY), watched.got(paging.SLACK)]
    assert "LeadsWait" not in json.dumps(everything)

"""Prometheus and Alertmanager beside the whole stack: every panel has data, every rule reads what exists, and
faults are told, as their end is; PagerDuty and Slack are fakes."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from deploy import alerting, dashboards
from local import monitoring, n8n, postgres, programs
from local import stack as local_stack
from local.ports import HOST
from sidecar.engine import Engine
from sidecar.metrics import FAMILIES
from sidecar.settings import Settings
from tests.alerts import AT_ONCE, hurried, kebab
from tests.client import Client, until
from tests.integration import paging
from tests.integration.receivers import receiving
from tests.promql import metrics, selectors
from tests.stack import needs
from tests.workflows.faults import FAULTS, Here
from tests.workflows.test_end_to_end import perfect, unique

pytestmark = needs("prometheus", "prometheus-alertmanager", "prometheus-node-exporter",
                   "prometheus-postgres-exporter", "prometheus-redis-exporter")

NGINX = (Path(__file__).parent / "recorded/nginx_exporter.txt").read_bytes()
# What is told of what is usual, once some weeks have shown that.
LATER = {"enrich_provider_fill_chance", "enrich_provider_fill_ratio", "enrich_provider_fill_ratio_usual",
         "enrich_refusal_chance", "enrich_refusal_ratio", "enrich_refusal_ratio_usual",
         "enrich_source_silence_ratio"}
PANELS = {
    f"{path.stem}: {panel['title']}, {target['legendFormat'] or 'figure'}": target["expr"]
    for path, text in dashboards.files().items() for panel in json.loads(text)["panels"]
    for target in panel.get("targets", ())}
VARIABLES = {f"{uid}: {name}": (metric, name) for uid, about in dashboards.described().items()
             for name, metric in about["variables"].items()}
# What selects nothing here: nobody was answered with a server error, n8n main takes the webhooks, disks may
# be of a kind that is left out, and no promise is broken.
ABSENT = re.compile(r'status=~"5\.\."|job="n8n-webhook"|fstype|slo:burns:')


@pytest.fixture(scope="module")
def outside():
    """PagerDuty and Slack."""
    with receiving() as receiver:
        paging.answer(receiver)
        yield receiver


@pytest.fixture(scope="module")
def prometheus(stack, outside, tmp_path_factory):
    """Prometheus and all that it scrapes, on the stack that runs; leads were driven through it."""
    client = Client(stack.facts)
    fail_a_run(stack.facts)
    drive(stack, client)
    with recorded(NGINX) as nginx, replica(stack, tmp_path_factory.mktemp("wal")):
        url = start(stack, nginx, outside)["prometheus_url"]
        try:
            until(lambda: targets(url) == {"up"}, 120, "all that is scraped")
            drive(stack, client)  # counters that begin between two scrapes have a rate
            until(lambda: all(rule["health"] != "unknown" for rule in rules(url)), 60, "the rules")
            until(lambda: asked(url, "min(sum_over_time(up[5m])) >= 4"), 60, "a few scrapes")
            yield url
        finally:
            for name in monitoring.NAMES:
                stack.supervisor.stop(name)


def start(stack, nginx, outside):
    """What watches, on the running stack; it looks every three seconds and tells at once."""
    values = {**stack.stack.settings.values, "LOCAL_MONITORING": "auto"}
    again, supervisor = local_stack.prepare(replace(stack.stack.settings, values=values))
    settings = again.settings
    assert not supervisor.apply([
        *programs.everything(again, n8n.install(settings), settings.state / "nginx/nginx.conf"),
        *monitoring.programs(again)], settings.machine()), "what ran was stopped"
    path = settings.state / "prometheus/prometheus.yml"
    config = json.loads(path.read_text())
    config["global"] = {"scrape_interval": "3s", "scrape_timeout": "3s", "evaluation_interval": "1s"}
    config["scrape_configs"].append({"job_name": "nginx", "static_configs": [{"targets": [nginx]}]})
    config["rule_files"] = [str(hurried(Path(name), path.parent, "4s")) for name in config["rule_files"]]
    path.write_text(json.dumps(config))
    folder = settings.state / "alertmanager"
    chosen = monitoring.alert_settings(again) | paging.chosen(outside)
    told = {"alertmanager.yml": alerting.configuration(chosen, str(folder), AT_ONCE)}
    for name, text in (told | alerting.secrets(chosen)).items():
        (folder / name).write_text(text)
    for name in monitoring.NAMES:
        supervisor.restart(name)
    return monitoring.facts(again)


def fail_a_run(facts):
    """What no mail service sends comes for the flow "Mail events": n8n counts a run that failed."""
    def post():
        answer = requests.post(
            f"{facts['webhook_url'].removesuffix('leads')}mail-events", json={"nothing": 1}, timeout=30,
            auth=("intake", facts["webhook_token"]), verify=facts["ca_file"])
        return answer.status_code != 404 and [answer]  # n8n registers its webhooks one after another

    [answer] = until(post, 60, "the flow's webhook")
    assert answer.status_code == 500, answer.text


def drive(stack, client):
    """A hot lead by n8n, one by the API and one that is refused; somebody takes the hot one, and looks."""
    by_webhook = client.webhook(perfect(unique())).json()["results"][0]["lead_id"]
    answer = client.post("/v1/leads", {"leads": [perfect(unique()), {"email": "nobody"}]})
    by_api = answer.json()["results"][0]["lead_id"]
    assert client.settled(by_webhook)["score"]["grade"] == client.settled(by_api)["score"]["grade"] == "hot"
    until(lambda: any(by_webhook in str(message) for message in client.messages("mail_url")), 60, "the mail")
    admin = requests.post(f"{stack.facts['api_url']}/v1/auth/token", verify=stack.facts["ca_file"], json={
        "grant_type": "password", "username": stack.facts["login"]["email"],
        "password": stack.facts["login"]["password"]}, timeout=30).json()
    taken = client.post(f"/v1/leads/{by_webhook}/handlings", {"kind": "claim"},
                        headers={"Authorization": f"Bearer {admin['access_token']}"})
    assert taken.json()["verdict"] == "done", taken.text
    assert client.get("/v1/leads").status_code == 200


@contextmanager
def recorded(text):
    """A page that tells always the same; its address."""
    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer((HOST, 0), Page)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def replica(stack, folder):
    """Somebody who streams from Postgres as a replica does."""
    found = postgres.cluster(stack.stack.settings.state)
    receiver = subprocess.Popen(
        [str(found.binaries / "bin/pg_receivewal"), "-D", str(folder),
         "-d", stack.stack.dsn("postgres", "POSTGRES_PASSWORD")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        receiver.kill()
        receiver.wait()


def asked(url, query):
    """What a query answers now."""
    answer = requests.get(f"{url}/api/v1/query", params={"query": query}, timeout=30).json()
    assert answer["status"] == "success", answer["error"]
    return answer["data"]["result"]


def names(url):
    return set(requests.get(f"{url}/api/v1/label/__name__/values", timeout=30).json()["data"])


def targets(url):
    """Whether all that is scraped is up; nothing while Prometheus reads its files."""
    try:
        answer = requests.get(f"{url}/api/v1/targets", timeout=30)
    except requests.ConnectionError:
        return None
    return answer.ok and {target["health"] for target in answer.json()["data"]["activeTargets"]}


def rules(url):
    groups = requests.get(f"{url}/api/v1/rules", timeout=30).json()["data"]["groups"]
    return [rule for group in groups for rule in group["rules"]]


def unanswered(url, queries, seconds=30):
    """Those of these queries, by what asks them, that have no answer, however often they are asked: a busy
    machine misses a scrape now and then."""
    left = dict(queries)

    def all_answered():
        for place, query in list(left.items()):
            if asked(url, query):
                del left[place]
        return not left

    with suppress(AssertionError):
        until(all_answered, seconds, "answers")
    return left


def test_every_panel_has_data(prometheus):
    empty = unanswered(prometheus, {
        panel: re.sub(r"\$\w+", ".*", query) for panel, query in PANELS.items()
        if not metrics(query) & LATER})
    found = names(prometheus)
    assert not empty, {panel: sorted(metrics(query) - found) for panel, query in empty.items()}


def test_every_metric_that_is_named_exists(prometheus):
    found = names(prometheus) | {rule["name"] for rule in rules(prometheus) if rule["type"] == "recording"}
    read = {f"rule {rule['name']}": rule["query"] for rule in rules(prometheus)} | PANELS
    found |= LATER & {f"enrich_{family.name}" for family in FAMILIES}
    unknown = {place: sorted(missing) for place, query in read.items() if (missing := metrics(query) - found)}
    assert not unknown


def test_every_rule_works_and_reads_series_that_exist(prometheus):
    known = rules(prometheus)
    assert not {rule["name"]: rule["lastError"] for rule in known if rule["health"] != "ok"}
    assert not unanswered(prometheus, {
        (rule["name"], selector): f"last_over_time({selector}[10m])" for rule in known
        for selector in selectors(rule["query"]) if not ABSENT.search(selector)})


def test_every_choice_has_values(prometheus):
    assert not unanswered(prometheus, {
        place: f'{metric}{{{label}!=""}}' for place, (metric, label) in VARIABLES.items()})


def test_alertmanager_is_told(prometheus):
    known = requests.get(f"{prometheus}/api/v1/alertmanagers", timeout=30).json()["data"]
    assert len(known["activeAlertmanagers"]) == 1


@pytest.fixture
def here(stack, prometheus, tmp_path):
    engine = Engine.build(Settings.from_env(programs.sidecar_environment(stack.stack)))
    with ExitStack() as after:
        after.callback(engine.close)
        yield Here(stack, Client(stack.facts), engine, tmp_path, after)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_is_told_by_every_way_and_so_is_its_end(here, outside, fault):
    """By mail and in Slack; PagerDuty hears of what is to wake somebody alone."""
    ways = {"mail": lambda: here.client.messages("mail_url"),
            "Slack": lambda: paging.got(outside, paging.SLACK),
            "PagerDuty": lambda: paging.got(outside, paging.PAGERDUTY)}

    def count():
        return {way: len(messages()) for way, messages in ways.items()}

    before = count()

    def told(way, *words):
        return [one for one in ways[way]()[before[way]:] if all(word in json.dumps(one) for word in words)]

    with fault(here) as raised:
        first = f"Alert: {raised.name}: "
        until(lambda: told("mail", first, raised.summary) and told("Slack", first, raised.summary), 60,
              "people to be told")
        if raised.wakes:
            [event] = until(lambda: told("PagerDuty", "trigger", raised.summary), 30, "somebody to be woken")
            assert event["payload"]["severity"] == "critical"
        else:
            assert not told("PagerDuty", raised.summary)
        page = f"{paging.RUNBOOKS}/docs/runbooks/{kebab(raised.name)}.md"
        assert page in told("mail", raised.summary)[0]["text"]
        assert told("Slack", raised.summary)[0]["attachments"][0]["title_link"] == page
        before = count()
    last = f"Over: {raised.name}: "
    until(lambda: told("mail", last, raised.summary) and told("Slack", last, raised.summary), 60,
          "people to be told that it is over")
    if raised.wakes:
        until(lambda: told("PagerDuty", "resolve", event["dedup_key"]), 30, "whoever was woken to be told")

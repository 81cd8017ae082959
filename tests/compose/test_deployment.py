"""The deployment as it is meant to run: whole, scaled, closed, watched."""

from __future__ import annotations

import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import requests

from deploy.settings import ROOT
from sidecar.channels import CHANNELS
from tests.client import until
from tests.compose.conftest import PROJECT, docker

HOT = {"first_name": "Ada", "last_name": "Holt", "job_title": "VP Engineering", "source": "demo_request"}


def hot(tag: str) -> dict[str, str]:
    company = f"{tag.title()} Robotics Inc."
    return HOT | {"email": f"ada.{tag}@{tag}-robotics.example", "company_name": company}


def told(client, email: str) -> list[dict]:
    """What the sinks got about this person."""
    return [message for kind in ("slack_url", "mail_url") for message in client.messages(kind)
            if email in json.dumps(message)]


def test_leads_by_webhook_and_by_api_come_out_scored_and_told(client):
    by_webhook = client.webhook(hot("webhook"))
    by_api = client.post("/v1/leads", hot("direct"))
    assert (by_webhook.status_code, by_api.status_code) == (202, 202)
    for answer, tag in ((by_webhook, "webhook"), (by_api, "direct")):
        lead = client.settled(answer.json()["results"][0]["lead_id"])
        assert lead["score"]["grade"] == "hot" and lead["score"]["reasons"]
        until(lambda tag=tag: len(told(client, hot(tag)["email"])) == 2, 30, "Slack and mail")


def test_replicas_share_sign_in_rate_limits_and_idempotency(deployment):
    one, two = deployment.replicas()
    assert one.get("/v1/auth/whoami").status_code == 200
    two.session.headers["Authorization"] = one.session.headers["Authorization"]
    foreign = two.session.get(f"{two.facts['api_url']}/v1/auth/whoami", timeout=10)
    assert foreign.status_code == 200, "a token of one replica is good at the other"

    lead = {"email": "shared@replicas.example", "last_name": "Shared"}
    key = {"Idempotency-Key": "over-replicas"}
    first, again = one.post("/v1/leads", lead, headers=key), two.post("/v1/leads", lead, headers=key)
    assert again.content == first.content and again.headers["Idempotent-Replayed"] == "true"

    def send(number: int) -> requests.Response:
        client = (one, two)[number % 2]
        return client.post("/v1/leads", {"email": "parallel@replicas.example"},
                           headers={"Idempotency-Key": "parallel"} if number % 4 < 2 else {})

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(100)))
    accepted = [answer.json()["results"][0] for answer in answers if answer.status_code == 202]
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({result["lead_id"] for result in accepted}) == 1
    assert len({result["contact_id"] for result in accepted}) == 1

    wrong = {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "wrong"}
    headers = {"X-Forwarded-For": "192.0.2.44"}
    codes = [requests.post(f"{(one, two)[n % 2].facts['api_url']}/v1/auth/token", json=wrong,
                           headers=headers, timeout=10).status_code for n in range(24)]
    assert codes[:20] == [401] * 20 and 429 in codes[20:]


def test_a_worker_killed_changes_nothing_but_speed(deployment, client):
    leads = [{"email": f"person{n}@killed-{n}.example", "last_name": f"Person{n}",
              "company_name": f"Killed {n} Ltd"} for n in range(150)]
    sent = client.post("/v1/leads", {"leads": leads}).json()["results"]
    victim = deployment.containers("n8n-worker")[0]["Id"]
    docker("kill", "--signal", "KILL", victim)
    ids = {result["lead_id"] for result in sent}

    def scored() -> bool:
        stages = deployment.sql(
            "SELECT stage, count(*) FROM work_items WHERE lead_id = ANY('{" + ",".join(ids) + "}')"
            " GROUP BY stage")
        return stages == f"done|{len(ids)}"

    until(scored, 150, "all leads to be scored")
    deployment.compose("up", "--detach", "--no-recreate", "--no-deps", "--wait", "--scale", "n8n-worker=3",
                       "n8n-worker")
    assert len(deployment.containers("n8n-worker")) == 3
    answer = client.post("/v1/leads", hot("added"))
    client.settled(answer.json()["results"][0]["lead_id"])
    until(lambda: len(told(client, hot("added")["email"])) == 2, 30, "its messages")
    assert deployment.sql("SELECT count(*) FROM notifications WHERE lead_id IN (SELECT id FROM leads WHERE"
                          f" email = '{hot('added')['email']}')") == str(len(CHANNELS)), "one by each channel"


def test_reads_that_allow_lag_moved_to_the_replica(deployment, client):
    until(lambda: deployment.sql("SELECT count(*) FROM pg_stat_replication") == "1", 60, "the replica")
    # Pools choose a server when they open a connection: new ones find the replica.
    deployment.compose("restart", "--no-deps", "sidecar")
    until(lambda: requests.get(f"{deployment.product}/api/readyz", timeout=5,
                               verify=client.facts["ca_file"]).status_code == 200, 60, "the sidecars")
    deployment.sql("SELECT pg_wal_replay_pause()", "postgres-replica")
    try:
        lead_id = client.post("/v1/leads", {"email": "late@replica.example", "last_name": "Late"}
                              ).json()["results"][0]["lead_id"]
        assert client.get(f"/v1/leads/{lead_id}").status_code == 200, "one lead is read where it was written"
        for path in ("/v1/leads?q=late%40replica", "/v1/leads?limit=200"):
            found = client.get(path).json()["data"]
            assert lead_id not in [row["id"] for row in found], f"{path} is read from the replica"
        totals = client.get("/v1/stats/overview").json()["totals"]["received"]
        assert totals < int(deployment.sql("SELECT count(*) FROM intake"))
    finally:
        deployment.sql("SELECT pg_wal_replay_resume()", "postgres-replica")
    until(lambda: client.get("/v1/leads?q=late%40replica").json()["data"], 30, "the replica to catch up")


def test_without_the_replica_reads_go_to_the_primary(deployment, client):
    deployment.compose("stop", "postgres-replica")
    try:
        until(lambda: client.get("/v1/leads?limit=1").status_code == 200, 60, "reads to move back")
        assert client.get("/v1/leads?limit=1").json()["data"]
    finally:
        deployment.compose("start", "postgres-replica")


def test_nothing_but_the_edge_is_published(deployment):
    published = {
        container["Config"]["Labels"]["com.docker.compose.service"]
        for container in deployment.containers()
        if any((container["NetworkSettings"]["Ports"] or {}).values())}
    assert published == {"edge"}
    network = json.loads(docker("network", "inspect", f"{PROJECT}_back"))[0]
    assert network["Internal"] is True


def test_no_container_runs_as_root(deployment):
    for container in deployment.containers():
        processes = docker("top", container["Id"], "-o", "uid,pid,cmd").splitlines()[1:]
        assert processes and all(line.split()[0] != "0" for line in processes), container["Name"]
        assert container["HostConfig"]["ReadonlyRootfs"], container["Name"]


def test_no_secret_in_images_environment_or_logs(deployment, client):
    client.webhook(hot("logged"))
    secrets = {path.name: path.read_text().strip() for path in deployment.secrets.iterdir()
               if path.suffix not in (".crt", ".yml", ".sealed")}
    hidden = {value for value in secrets.values() if len(value) >= 16 and not value.startswith("http")}
    hidden |= {"ada.logged@logged-robotics.example"}
    assert len(hidden) > 15
    images = sorted({container["Image"] for container in deployment.containers()})
    places = {
        "environment": json.dumps([c["Config"] for c in deployment.containers()]),
        "images": docker("image", "inspect", *images) + "".join(
            docker("history", "--no-trunc", image) for image in images),
        "logs": deployment.compose("logs", "--no-color"),
    }
    for place, text in places.items():
        assert not [value for value in hidden if value in text], place


def test_postgres_and_redis_refuse_plain_connections(deployment):
    address = {service: next(iter(deployment.containers(service)[0]["NetworkSettings"]["Networks"].values()))
               ["IPAddress"] for service in ("postgres", "redis")}
    with socket.create_connection((address["redis"], 6379), 5) as plain, suppress(ConnectionResetError):
        plain.sendall(b"PING\r\n")
        assert b"PONG" not in plain.recv(100)
    answer = deployment.python("sidecar", """
import os, psycopg2
dsn = open('/run/secrets/sidecar_database_url').read()
print(psycopg2.connect(dsn).info.ssl_in_use)
try: psycopg2.connect(dsn.replace('sslmode=verify-full', 'sslmode=disable'))
except psycopg2.OperationalError as error: print('refused' if 'no encryption' in str(error) else error)
""")
    assert answer.split() == ["True", "refused"]


def test_prometheus_finds_every_part_and_its_rules_are_good(deployment):
    def down() -> list[str]:
        answer = json.loads(deployment.compose(
            "exec", "-T", "prometheus", "wget", "-qO-", "http://127.0.0.1:9090/api/v1/targets"))
        targets = answer["data"]["activeTargets"]
        assert len({target["labels"]["job"] for target in targets}) >= 9
        return [target["scrapeUrl"] for target in targets if target["health"] != "up"]

    until(lambda: not down(), 90, "every target to be up")
    for service, *check in (
        ("prometheus", "promtool", "check", "config", "/etc/prometheus/prometheus.yml"),
        ("prometheus", "promtool", "test", "rules",
         *(f"/etc/prometheus/{file.name}" for file in (ROOT / "monitoring/prometheus").glob("*_test.yml"))),
        ("alertmanager", "amtool", "check-config", "/run/secrets/alertmanager.yml"),
    ):
        deployment.compose("exec", "-T", service, *check)


def test_every_series_of_the_dashboard_and_of_the_alerts_exists(deployment):
    """Whatever is drawn or alerted on is really measured; counters of rare things may not have begun, and
    what is of hours or days, or of the embedded stack's backups, is not there."""
    text = (ROOT / "monitoring/grafana/dashboards/enrichment-engine.json").read_text()
    text += (ROOT / "monitoring/prometheus/alerts.yml").read_text()
    wanted = set(re.findall(r"\b((?:enrich|n8n|pg|redis|nginx)_[a-z0-9_]+)", text))
    names = set(json.loads(deployment.compose(
        "exec", "-T", "prometheus", "wget", "-qO-",
        "http://127.0.0.1:9090/api/v1/label/__name__/values"))["data"])
    rare = {"enrich_rate_limited_total", "enrich_rate_limits_unavailable_total", "n8n_workflow_failed_total",
            "enrich_first_touch_minutes_bucket", "enrich_leads_refused_total", "enrich_presses_total",
            "enrich_provider_fill_ratio", "enrich_provider_fill_ratio_usual", "enrich_source_silence_ratio",
            "enrich_backup_verified_age_seconds"}
    assert wanted - names <= rare, sorted(wanted - names)


def test_grafana_has_the_dashboard_behind_the_edge(deployment, client):
    port = deployment.settings.get("HTTPS_PORT")
    answer = requests.get(
        f"{deployment.product}/grafana/api/health", timeout=10, headers={"Host": f"editor.localhost:{port}"},
        verify=client.facts["ca_file"])
    assert answer.status_code == 200
    found = deployment.compose("exec", "-T", "grafana", "wget", "-qO-", "--header",
                               f"Authorization: Basic {_basic(deployment)}",
                               "http://127.0.0.1:3000/api/dashboards/uid/enrichment-engine")
    assert json.loads(found)["dashboard"]["title"] == "Enrichment engine"


def _basic(deployment) -> str:
    import base64

    return base64.b64encode(f"admin@example.com:{deployment.secret('login_password')}".encode()).decode()


def test_the_edge_answers_under_both_names(deployment, client):
    port, plain = deployment.settings.get("HTTPS_PORT"), deployment.settings.get("HTTP_PORT")
    for host in ("localhost", "editor.localhost"):
        moved = requests.get(f"http://localhost:{plain}/x?y=1", headers={"Host": host}, timeout=10,
                             allow_redirects=False)
        assert (moved.status_code, moved.headers["Location"]) == (308, f"https://{host}:{port}/x?y=1")
    strange = requests.get(f"http://localhost:{plain}/", headers={"Host": "evil.example"}, timeout=10,
                           allow_redirects=False)
    assert strange.headers["Location"] == f"https://localhost:{port}/"
    page = requests.get(f"{deployment.product}/", verify=client.facts["ca_file"], timeout=10)
    assert page.status_code == 200 and "default-src 'none'" in page.headers["Content-Security-Policy"]
    editor = requests.get(f"{deployment.product}/healthz", timeout=10, verify=client.facts["ca_file"],
                          headers={"Host": f"editor.localhost:{port}"})
    assert editor.status_code == 200
    assert requests.get(f"{deployment.product}/api/metrics", verify=client.facts["ca_file"],
                        timeout=10).status_code == 404


def test_the_dashboard_comes_packed_and_http3_is_offered_where_nginx_has_it(deployment, client):
    page = requests.get(f"{deployment.product}/", verify=client.facts["ca_file"], timeout=10, stream=True,
                        headers={"Accept-Encoding": "br, gzip"})
    assert page.headers["Content-Encoding"] == "br"
    built = "--with-http_v3_module" in deployment.compose("exec", "-T", "nginx", "sh", "-c", "nginx -V 2>&1")
    port = deployment.settings.get("HTTPS_PORT")
    assert page.headers.get("Alt-Svc") == (f'h3=":{port}"; ma=86400' if built else None)


def test_a_replica_that_was_replaced_is_found_at_its_new_address(deployment, client):
    one, other = (container["Id"] for container in deployment.containers("sidecar"))
    again = ("up", "--detach", "--no-recreate", "--no-deps", "--wait", "--scale", "sidecar=2", "sidecar")
    for gone in (one, other):
        docker("rm", "--force", gone)
        deployment.compose(*again)
    until(lambda: client.get("/v1/auth/whoami").status_code == 200, 15, "the new addresses")


def test_runs_of_workflows_go_through_the_queue(deployment, client):
    answer = client.post("/v1/leads", hot("queued"))
    client.settled(answer.json()["results"][0]["lead_id"])
    figures = deployment.compose("exec", "-T", "n8n", "wget", "-qO-", "http://127.0.0.1:5678/metrics")
    done = re.findall(r"^n8n_scaling_mode_queue_jobs_completed(?:\{.*\})? (\d+)", figures, re.M)
    assert done and int(done[0]) > 0


def test_make_up_again_changes_nothing(deployment):
    from deploy import compose

    before = {container["Id"] for container in deployment.containers("sidecar")}
    compose.prepare(deployment.settings)
    out = deployment.compose("run", "--rm", "--no-deps", "n8n-import")
    assert "already deployed" in out
    assert {container["Id"] for container in deployment.containers("sidecar")} == before

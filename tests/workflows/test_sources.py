"""Every source through the real edge and n8n: one scored lead, once; forged ones refused."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
import requests

from sidecar.records.truth import truth
from sidecar.sources.model import NONE
from sidecar.sources.registry import SOURCES
from tests.client import Client, until
from tests.deliveries import DELIVERIES, mac, person
from tests.workflows.test_erasure import in_databases

ALL = pytest.mark.parametrize("kind", DELIVERIES)


@pytest.fixture(scope="module")
def client(stack):
    return Client(stack.facts)


@pytest.fixture(scope="module")
def made(client):
    """kind -> a source of it with its secret."""
    rows = {}
    for kind, source in SOURCES.items():
        own = {"secret": f"{kind}'s own secret"} if source.secret in ("given", "optional") else {}
        answer = client.post("/v1/sources", {"kind": kind, "name": f"{kind} {uuid.uuid4().hex[:6]}", **own})
        assert answer.status_code == 201, answer.text
        rows[kind] = answer.json() | own
    return rows


def send(stack, row, mark, *, test=False, secret=None, raw=None):
    """Deliver as the vendor does."""
    delivery = DELIVERIES[row["kind"]]
    secret = secret or row["secret"] or ""
    raw = raw or delivery.raw(mark, secret, test=test)
    headers = delivery.sign(secret, raw, time.time(), row["url"])
    if delivery.multipart:
        body = {"files": {name: (None, str(value)) for name, value in json.loads(raw).items()}}
    else:
        headers["Content-Type"], body = "application/json", {"data": raw}

    def deliver():
        return requests.post(row["url"], timeout=30, verify=stack.facts["ca_file"], headers=headers, **body)

    # Vendors send again what is not taken in time.
    return until(lambda: (answer := deliver()).status_code != 503 and [answer], 60, "an answer")[0]


@ALL
def test_a_delivery_is_one_scored_lead_and_its_replay_the_same(stack, client, made, kind):
    mark = f"s{uuid.uuid4().hex[:10]}"
    answers = [send(stack, made[kind], mark) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202], answers[0].text
    ids = {result["lead_id"] for answer in answers for result in answer.json()["results"]}
    assert len(ids) == 1
    lead = client.settled(ids.pop())
    assert lead["score"]["total"] > 0 and lead["is_test"] is False
    assert lead["contact"]["email"] == person(mark)
    want = DELIVERIES[kind].want
    campaign = {place.partition(".")[2]: value for place, value in want.items() if place.startswith("utm.")}
    assert campaign.items() <= lead["utm"].items()
    consent, refused = lead["contact"]["consent"], lead["contact"].get("refused") or {}
    assert refused.get("marketing_email") or truth(consent.get("marketing_email")) is False, lead["contact"]
    kinds = [event["type"] for event in lead["events"]]
    assert kinds == ["identify"] if kind == "segment" else len(kinds) == (kind != "pipedrive"), kinds


@pytest.mark.parametrize("kind", [kind for kind in DELIVERIES if SOURCES[kind].secret != NONE])
def test_a_wrong_signature_is_refused(stack, made, kind):
    answer = send(stack, made[kind], "forged", secret="wrong")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["code"] == "unauthorized"


def test_an_unknown_address_is_refused(stack, made):
    row = made["jotform"]
    assert send(stack, row | {"url": row["url"] + "x"}, "forged").status_code == 401


@pytest.mark.parametrize("kind", [kind for kind in DELIVERIES if DELIVERIES[kind].test])
def test_a_vendors_test_lead_is_kept_and_nobody_is_told(stack, client, made, kind):
    answer = send(stack, made[kind], f"t{uuid.uuid4().hex[:10]}", test=True)
    assert answer.status_code == 202, answer.text
    lead = client.settled(answer.json()["results"][0]["lead_id"])
    assert lead["is_test"] is True and lead["score"]
    assert lead["notifications"] == []


def test_vendors_try_the_address_out(stack, made):
    def ask(kind, **query):
        return requests.get(made[kind]["url"], params=query, timeout=30, verify=stack.facts["ca_file"])

    meta = ask("meta_lead_ads", **{"hub.mode": "subscribe", "hub.challenge": "1158201444",
                                   "hub.verify_token": made["meta_lead_ads"]["key"]})
    assert (meta.status_code, meta.text) == (200, "1158201444")
    code, secret = "890e4665-4dfe-4ab1-b689-ed553bceeed0", made["linkedin_lead_sync"]["secret"]
    linkedin = ask("linkedin_lead_sync", challengeCode=code)
    assert (linkedin.status_code, linkedin.json()) == (200, {
        "challengeCode": code, "challengeResponse": mac(secret, code.encode()).hex()})
    assert ask("linkedin_lead_sync", challengeCode="abc").status_code == 401
    assert ask("tally").status_code == 401


PAGE = Path(__file__).parents[2] / "docs" / "SOURCES.md"


@pytest.fixture
def told(stack, tmp_path):
    """Runs a command of the page on the stack: what it prints."""
    commands = re.findall(r"^sidecar (sources .+?)(?: +#.*)?$", PAGE.read_text(encoding="utf-8"), re.M)

    def run(begin):
        command = next(command for command in commands if command.startswith(begin))
        done = subprocess.run(
            [sys.executable, "-m", "sidecar", *shlex.split(command)], cwd=tmp_path, text=True,
            env=os.environ | {"LOCAL_STATE": str(stack.stack.settings.state),
                              "PYTHONPATH": str(PAGE.parents[1])},
            capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_a_source_is_set_up_in_two_minutes_by_its_page(stack, client, told):
    begun = time.monotonic()
    url, secret, *steps = filter(None, told("sources add typeform").splitlines())
    assert steps[0].startswith("1. ")
    row = {"kind": "typeform", "url": url, "secret": secret.removeprefix("secret ")}
    answer = send(stack, row, f"p{uuid.uuid4().hex[:10]}")
    assert answer.status_code == 202, answer.text
    assert client.settled(answer.json()["results"][0]["lead_id"])["score"]["total"] > 0
    assert time.monotonic() - begun < 120
    assert re.search(r"^Website +typeform +checked +1 leads, 0 refused", told("sources list"), re.M)
    told('sources disable "Website"')
    assert send(stack, row, "off").status_code == 401


def test_a_sender_that_is_not_in_the_list_is_mapped_from_its_body_by_the_page(stack, client, told, tmp_path):
    email = f"ada@{uuid.uuid4().hex[:10]}.example"
    body = json.dumps({"contact": {"mail": email, "who": "Ada Moss"}, "internal": "4711"}).encode()
    (tmp_path / "body.json").write_bytes(body)
    url, secret, *_ = told("sources add generic").splitlines()
    told('sources sample "Partner" body.json')
    [lead] = map(json.loads, told('sources sample "Partner" body.json --map').splitlines())
    assert lead["email"] == email and "4711" not in json.dumps(lead)
    row = {"kind": "generic", "url": url, "secret": secret.removeprefix("secret ")}
    answer = send(stack, row, "mapped", raw=body)
    lead = client.settled(answer.json()["results"][0]["lead_id"])
    assert lead["contact"]["email"] == email and "internal" not in lead["custom"]


def test_what_is_announced_waits_to_be_fetched(stack, client, made):
    notice = {"object": "page", "entry": [{"id": "1", "changes": [
        {"field": "leadgen", "value": {"leadgen_id": "444"}}]}]}
    answer = send(stack, made["meta_lead_ads"], "m", raw=json.dumps(notice).encode())
    assert (answer.status_code, answer.json()) == (200, {"results": []})
    started = client.post("/v1/pipeline/pulls/start", {"live": ["meta_lead_ads"]}).json()["requests"]
    assert [request["url"].rpartition("/")[2] for request in started] == ["444"]


def test_no_delivery_stays_in_n8n(stack, made):
    mark = f"k{uuid.uuid4().hex[:10]}"
    for kind in ("tally", "jotform"):
        assert send(stack, made[kind], mark).status_code == 202
    until(lambda: not in_databases(stack, (mark,), ("n8n",)), 200, "n8n to keep nobody")
    folder = stack.stack.settings.state / "logs"
    logs = "".join(path.read_text(errors="replace") for path in folder.glob("*"))
    assert mark not in logs and made["tally"]["key"] not in logs

"""The sample leads: sent through the running stack, and what became of them."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any

import requests

from deploy.problem import Problem
from deploy.progress import say

_SINKS = {"slack_url": "Slack", "slack_bot_url": "Slack bot", "teams_url": "Teams", "sms_url": "SMS",
          "mail_url": "Mail"}
_CSV = Path(__file__).parent / "sample_leads.csv"


def read() -> list[dict[str, Any]]:
    """The shipped leads: invented people, one of them not valid."""
    with _CSV.open(encoding="utf-8", newline="") as file:
        return [{name: _value(name, text) for name, text in row.items() if text}
                for row in csv.DictReader(file)]


def _value(name: str, text: str) -> Any:
    if name == "tags":
        return [tag.strip() for tag in text.split(";")]
    return int(text) if name in ("employee_count", "annual_revenue") and text.isdigit() else text


def send(facts: dict[str, Any]) -> None:
    """Half by the API, half by the webhook; returns when all have left the pipeline."""
    session = signed_in(facts)
    leads = read()
    half = len(leads) // 2
    answer = session.post(f"{facts['api_url']}/v1/leads", json={"leads": leads[:half]}, timeout=60)
    answers = [answer, requests.post(
        facts["webhook_url"], json={"leads": leads[half:]}, timeout=60, verify=facts["ca_file"],
        headers={facts["webhook_header"]: facts["webhook_token"]})]
    for told in answers:
        if told.status_code != 202:
            raise Problem(f"The sample leads were not accepted: {told.status_code} {told.text[:300]}")
    wanted = {result["lead_id"] for told in answers for result in told.json()["results"]
              if result["lead_id"]}
    end = time.monotonic() + 180
    while wanted and time.monotonic() < end:
        open_ids = {lead["id"] for lead in _leads(facts, session)
                    if lead["stage"] not in ("done", "dead", "waiting")}
        wanted &= open_ids
        time.sleep(0.5)
    if wanted:
        raise Problem(f"{len(wanted)} sample leads are still on their way; see make logs.")


def report(facts: dict[str, Any]) -> None:
    """A table of the leads with score, grade and best reason, and the messages that were sent."""
    leads = sorted(_leads(facts, signed_in(facts)),
                   key=lambda lead: -(lead["score"] or {"total": 0})["total"])
    say()
    say(f"{'score':>6}  {'grade':5}  {'name':24} {'company':28} best reason")
    for lead in leads[:30]:
        score = lead["score"] or {"total": 0, "grade": lead["stage"], "reasons": []}
        best = max(score["reasons"], key=lambda reason: reason["points"], default={"text": ""})
        company = (lead["organization"] or {}).get("name") or ""
        say(f"{score['total']:6.2f}  {score['grade']:5}  "
            f"{(lead['contact'].get('full_name') or '')[:24]:24} {company[:28]:28} "
            f"{best['text'][:70]}")
    say()
    for kind, title in _SINKS.items():
        messages = requests.get(facts[kind], timeout=10).json()
        say(f"{title} messages: {len(messages)}")
        for message in messages[:8] if kind in ("slack_url", "mail_url") else ():
            say(f"  {headline(message)[:110]}")


def headline(message: dict[str, Any]) -> str:
    """What a mail or a Slack message is about; Alertmanager's say it in an attachment."""
    if subject := message.get("subject"):
        return str(subject)
    payload = message["payload"]
    return str(payload.get("text") or payload["attachments"][0]["title"])


def _leads(facts: dict[str, Any], session: requests.Session) -> list[dict[str, Any]]:
    answer = session.get(f"{facts['api_url']}/v1/leads?limit=200", timeout=30)
    answer.raise_for_status()
    return list(answer.json()["data"])


def signed_in(facts: dict[str, Any]) -> requests.Session:
    """A session of the local-admin client."""
    session = requests.Session()
    session.trust_env = False  # the stack is on this machine: no proxy, its own authority
    session.verify = facts["ca_file"]
    answer = session.post(f"{facts['api_url']}/v1/auth/token", timeout=30, json={
        "grant_type": "client_credentials", "client_id": facts["client_id"],
        "client_secret": facts["client_secret"]})
    answer.raise_for_status()
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session

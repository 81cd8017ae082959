"""Alertmanager's configuration: who is told of which alert, and which alerts are kept back while a worse one
explains them.

Mail, Slack, PagerDuty and a heartbeat, whichever are set in `.env`, in any combination; with none of them
alerts are shown in Prometheus and Grafana alone. Alertmanager reads no environment; it reads JSON, which is
YAML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from deploy.problem import Problem

# The file of each secret, in the folder that Alertmanager finds them in.
SMTP_PASSWORD: Final = "smtp_password"  # noqa: S105
SLACK_URL: Final = "alerts_slack_url"
PAGERDUTY_KEY: Final = "alerts_pagerduty_key"

# Leads stand still, whatever the cause.
_STANDSTILL: Final = ("HotMessagesLate", "JobStuck", "LeadsScoredLate", "LeadsWait")
_UPHEAVAL: Final = (
    *_STANDSTILL, "ApiSlow", "IntakeFails", "N8nQueueGrows", "PipelineStalled", "WorkflowsFail")

# While such an alert fires, what it explains is not told.
EXPLAINED: Final = {
    ('alertname="PostgresDown"',): (*_UPHEAVAL, "ApiErrors", "EventsWait", "ReplicaLags", "ServiceDown"),
    ('alertname="RedisDown"',): (*_UPHEAVAL, "ServiceDown", "WakeUpsLost"),
    # A part of which nothing answers: one of several, a ticket, explains nothing.
    ('alertname="ServiceDown"', 'severity="page"', 'job="sidecar"'): (
        *_UPHEAVAL, "ApiErrors", "EventsWait", "WakeUpsLost"),
    ('alertname="ServiceDown"', 'severity="page"'): (
        *_STANDSTILL, "EventsWait", "N8nQueueGrows", "PipelineStalled", "WakeUpsLost", "WorkflowsFail"),
    ('alertname="PipelineStalled"',): (*_STANDSTILL, "WakeUpsLost"),
    ('alertname="LeadsWait"', 'lane="interactive"'): ("HotMessagesLate", "LeadsScoredLate"),
    ('alertname="IntakeFails"', 'severity="page"'): ("ApiErrors",),
}


@dataclass(frozen=True)
class Pace:
    """How long Alertmanager gathers alerts of a group, and after what time it tells of them again."""

    group_wait: str = "30s"
    group_interval: str = "5m"
    page_again: str = "1h"
    ticket_again: str = "1d"
    heartbeat: str = "1m"


def configuration(chosen: Mapping[str, str], folder: str, pace: Pace = Pace()) -> str:
    """The configuration for these settings; `folder` is where Alertmanager finds the files of its secrets."""
    loud, quiet = _receivers(chosen, folder)
    heartbeat = _url(chosen, "ALERTS_HEARTBEAT_URL")
    told = {
        "route": {
            "receiver": "ticket", "group_by": ["alertname"], "group_wait": pace.group_wait,
            "group_interval": pace.group_interval, "repeat_interval": pace.ticket_again,
            "routes": [
                {"matchers": ['alertname="Watchdog"'], "receiver": "heartbeat", "group_wait": "0s",
                 "group_interval": pace.heartbeat, "repeat_interval": pace.heartbeat},
                {"matchers": ['severity="page"'], "receiver": "page", "repeat_interval": pace.page_again},
            ],
        },
        "inhibit_rules": [
            *({"source_matchers": cause, "target_matchers": [f'alertname=~"{"|".join(symptoms)}"']}
              for cause, symptoms in EXPLAINED.items()),
            # One alert that is both says so once.
            {"source_matchers": ['severity="page"'], "target_matchers": ['severity="ticket"'],
             "equal": ["alertname", "slo", "instance", "device", "certificate"]},
        ],
        "receivers": [
            {"name": "page"} | quiet | loud,
            {"name": "ticket"} | quiet,
            {"name": "heartbeat"} | (
                {"webhook_configs": [{"url": heartbeat, "send_resolved": False}]} if heartbeat else {}),
        ],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _receivers(chosen: Mapping[str, str], folder: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What wakes people, and what only tells them."""
    loud, quiet = {}, {}
    runbooks = _url(chosen, "ALERTS_RUNBOOKS_URL")
    runbooks = f"{runbooks.rstrip('/')}/" if runbooks else ""
    first = "(index .Alerts 0).Annotations"
    told = ("{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\n"
            + runbooks + "{{ .Annotations.runbook_url }}\n\n{{ end }}")
    what = f"{{{{ .CommonLabels.alertname }}}}: {{{{ {first}.summary }}}}"
    title = '{{ if eq .Status "firing" }}Alert{{ else }}Over{{ end }}: ' + what
    page = f"{runbooks}{{{{ {first}.runbook_url }}}}" if runbooks else ""
    if (smtp := chosen.get("SIDECAR_SMTP_URL")) and (to := chosen.get("SIDECAR_OPERATIONS_MAIL_TO")):
        quiet["email_configs"] = [_mail(smtp, folder) | {
            "from": chosen.get("SIDECAR_MAIL_FROM") or "Enrichment <leads@localhost>", "to": to,
            "send_resolved": True, "headers": {"Subject": title}, "html": "", "text": told}]
    if chosen.get("SIDECAR_OPERATIONS_SLACK_WEBHOOK_URL"):
        quiet["slack_configs"] = [{
            "api_url_file": f"{folder}/{SLACK_URL}", "send_resolved": True, "title": title,
            "title_link": page, "text": told, "fallback": title}]
    if chosen.get("ALERTS_PAGERDUTY_KEY"):
        loud["pagerduty_configs"] = [{
            "routing_key_file": f"{folder}/{PAGERDUTY_KEY}", "send_resolved": True,
            "url": _url(chosen, "ALERTS_PAGERDUTY_URL") or "https://events.pagerduty.com/v2/enqueue",
            "description": what, "severity": "critical", "client": "Enrichment engine", "client_url": "",
            "details": {"alerts": told}, "links": [{"text": "Runbook", "href": page}] if page else []}]
    return loud, quiet


def _url(chosen: Mapping[str, str], name: str) -> str:
    url = chosen.get(name, "")
    if url and not url.startswith(("https://", "http://")):
        raise Problem(f"{name} is {url}, which is no address; one begins with https://.")
    return url


def _mail(smtp: str, folder: str) -> dict[str, Any]:
    parts = urlsplit(smtp)
    signed_in = {"auth_username": unquote(parts.username), "auth_password_file": f"{folder}/{SMTP_PASSWORD}",
                 } if parts.username else {}
    # smtps speaks TLS from the start, as Alertmanager does at port 465; else STARTTLS hides the password.
    port = parts.port or (465 if parts.scheme == "smtps" else 587)
    if parts.scheme == "smtps" and port != 465:
        raise Problem(f"Alerts go by smtps:// at port 465 alone, not {port}: give SIDECAR_SMTP_URL as "
                      "smtp:// for STARTTLS, or port 465.")
    return {"smarthost": f"{parts.hostname}:{port}",
            "require_tls": bool(parts.username) and parts.scheme != "smtps"} | signed_in


def secrets(chosen: Mapping[str, str]) -> dict[str, str]:
    """The files of Alertmanager's secrets: name to text, empty where there is none."""
    return {SMTP_PASSWORD: unquote(urlsplit(chosen.get("SIDECAR_SMTP_URL", "")).password or ""),
            SLACK_URL: chosen.get("SIDECAR_OPERATIONS_SLACK_WEBHOOK_URL", ""),
            PAGERDUTY_KEY: chosen.get("ALERTS_PAGERDUTY_KEY", "")}

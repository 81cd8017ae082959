"""Grafana's dashboards from their description: `make dashboards` writes monitoring/grafana/dashboards/ anew.

monitoring/grafana/dashboards.yml says what each shows. What Grafana's own SDK for Python makes is the form of
Grafana 10; this is the form of the Grafana that the compose file starts
(https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.settings import ROOT

FOLDER = "monitoring/grafana/dashboards"
TAG = "enrichment"
_WIDTH = 24  # of Grafana's grid
_PROMETHEUS = {"type": "prometheus", "uid": "prometheus"}
# Where Grafana serves docs/runbooks/ (docker-compose.yml).
_RUNBOOKS = "/public/runbooks"


def described(root: Path = ROOT) -> dict[str, Any]:
    """The description: uid of a dashboard to what it shows."""
    text = (root / FOLDER).with_suffix(".yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def runbook(alert: str) -> str:
    """The page of an alert in docs/runbooks: LeadsWait -> leads-wait.md."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", alert).lower() + ".md"


def dashboard(uid: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """One dashboard as Grafana reads it."""
    return {
        "uid": uid,
        "title": about["title"],
        "description": about["about"],
        "tags": [TAG],
        "schemaVersion": 41,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,  # the crosshair is shown in all panels
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "30s",
        "timezone": "browser",
        "links": [
            {"type": "dashboards", "title": "Dashboards", "tags": [TAG], "asDropdown": False,
             "keepTime": True, "includeVars": True, "targetBlank": False},
            {"type": "link", "title": "Runbooks", "url": f"{_RUNBOOKS}/README.md", "icon": "doc",
             "targetBlank": True},
        ],
        "templating": {"list": [_variable(name, metric) for name, metric in about["variables"].items()]},
        "annotations": {"list": [
            _annotation("Deploys", "blue", "count by (version) (enrich_build_info) unless "
                        "count by (version) (enrich_build_info offset 1m)", "{{version}}"),
            _annotation("Alerts", "red", 'ALERTS{alertstate="firing"}', "{{alertname}}"),
        ]},
        "panels": list(_panels(about["rows"])),
    }


def _variable(name: str, metric: str) -> dict[str, Any]:
    """A choice among the values that a label has in a metric; all of them at first."""
    return {
        "type": "query", "name": name, "label": name, "datasource": _PROMETHEUS,
        "query": {"query": f"label_values({metric}, {name})", "refId": name},
        "refresh": 2, "sort": 1, "multi": True, "includeAll": True, "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def _annotation(name: str, colour: str, query: str, title: str) -> dict[str, Any]:
    return {"name": name, "datasource": _PROMETHEUS, "enable": True, "iconColor": colour, "expr": query,
            "titleFormat": title, "step": "60s"}


def _panels(rows: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[dict[str, Any]]:
    """The rows, each with its panels beside and below each other."""
    number, top = 1, 0
    for title, panels in rows.items():
        yield {"id": number, "type": "row", "title": title, "collapsed": False, "panels": [],
               "gridPos": {"w": _WIDTH, "h": 1, "x": 0, "y": top}}
        number, top, left, height = number + 1, top + 1, 0, 0
        for name, about in panels.items():
            made = _stat(about) if "stat" in about else _graph(about)
            if left + made["gridPos"]["w"] > _WIDTH:
                left, top, height = 0, top + height, 0
            made["gridPos"] |= {"x": left, "y": top}
            yield {"id": number, "title": name, "description": about.get("about", ""),
                   "datasource": _PROMETHEUS} | made
            number, left = number + 1, left + made["gridPos"]["w"]
            height = max(height, made["gridPos"]["h"])
        top += height


def _stat(about: Mapping[str, Any]) -> dict[str, Any]:
    """One figure; from `warn` on it is yellow, from `bad` on red. Below `low` it is red."""
    steps = [{"color": "red" if "low" in about else "green", "value": None}] + [
        {"color": colour, "value": about[name]}
        for name, colour in (("low", "green"), ("warn", "yellow"), ("bad", "red")) if name in about]
    return _common(about, {"": about["stat"]}) | {
        "type": "stat",
        "gridPos": {"w": 4, "h": 4},
        "fieldConfig": {"defaults": {"unit": about.get("unit", "short"),
                                     "thresholds": {"mode": "absolute", "steps": steps}}, "overrides": []},
        "options": {"reduceOptions": {"calcs": ["lastNotNull"]}, "graphMode": "area", "colorMode": "value"},
    }


def _graph(about: Mapping[str, Any]) -> dict[str, Any]:
    """Lines over time, or areas on each other when it is `stacked`."""
    stacked = about.get("stacked", False)
    custom = {"fillOpacity": 35 if stacked else 12, "lineWidth": 2, "showPoints": "never"}
    return _common(about, about["graph"]) | {
        "type": "timeseries",
        "gridPos": {"w": 8, "h": 8},
        "fieldConfig": {"defaults": {
            "unit": about.get("unit", "short"),
            "custom": custom | ({"stacking": {"mode": "normal"}} if stacked else {})}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"},
                    "tooltip": {"mode": "multi", "sort": "desc"}},
    }


def _common(about: Mapping[str, Any], queries: Mapping[str, str]) -> dict[str, Any]:
    """Queries by legend, and the runbooks of the alerts that look at the same."""
    return {
        "targets": [{"refId": chr(ord("A") + place), "datasource": _PROMETHEUS, "expr": query,
                     "legendFormat": legend} for place, (legend, query) in enumerate(queries.items())],
        "links": [{"title": alert, "url": f"{_RUNBOOKS}/{runbook(alert)}", "targetBlank": True}
                  for alert in about.get("alerts", ())],
    }


def files(root: Path = ROOT) -> dict[Path, str]:
    """Each dashboard's file and what stands in it."""
    return {root / FOLDER / f"{uid}.json": json.dumps(dashboard(uid, about), indent=1) + "\n"
            for uid, about in described(root).items()}


def write(root: Path = ROOT) -> None:
    """Write the files anew; those of dashboards that are no more go."""
    made = files(root)
    for path in (root / FOLDER).glob("*.json"):
        if path not in made:
            path.unlink()
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()

"""The alerts, their tests and their pages, for those who check them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from deploy import alerting
from deploy.settings import ROOT

FOLDER = ROOT / "monitoring/prometheus"
RUNBOOKS = ROOT / "docs/runbooks"
FILES = [FOLDER / name for name in yaml.safe_load((FOLDER / "prometheus.yml").read_text())["rule_files"]]


def _rules() -> list[dict[str, Any]]:
    """The alerting rules of all files that Prometheus reads."""
    groups = (group for file in FILES for group in yaml.safe_load(file.read_text())["groups"])
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


RULES = _rules()
# Alertmanager tells at once what begins and what ends.
AT_ONCE = alerting.Pace("0s", "1s", "1h", "1h", "1s")


def kebab(name: str) -> str:
    """An alert's name as its page is called."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def hurried(file: Path, folder: Path, wait: str) -> Path:
    """The rules of this file, as they are, but for how long an alert waits: a copy in that folder."""
    rules = yaml.safe_load(file.read_text(encoding="utf-8"))
    for group in rules["groups"]:
        group.pop("interval", None)
        for rule in group["rules"]:
            rule |= {"for": wait} if "for" in rule else {}
            # One that looks back waits as long.
            rule["expr"] = re.sub(r"(avg_over_time\(\w+)\[\w+\]", rf"\1[{wait}]", rule["expr"])
    (folder / file.name).write_text(json.dumps(rules))
    return folder / file.name

"""The alerts, their tests and their pages, for those who check them."""

from __future__ import annotations

from typing import Any

import yaml

from deploy.settings import ROOT

FOLDER = ROOT / "monitoring/prometheus"
RUNBOOKS = ROOT / "docs/runbooks"
FILES = [FOLDER / name for name in yaml.safe_load((FOLDER / "prometheus.yml").read_text())["rule_files"]]


def _rules() -> list[dict[str, Any]]:
    """The alerting rules of all files that Prometheus reads."""
    groups = (group for file in FILES for group in yaml.safe_load(file.read_text())["groups"])
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


RULES = _rules()

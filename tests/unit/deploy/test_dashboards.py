"""Grafana's dashboards are what their description makes."""

from __future__ import annotations

import json
import re
from itertools import combinations

import pytest
import yaml

from deploy import dashboards
from deploy.settings import ROOT
from tests.promql import metrics

FILES = dashboards.files()
MADE = {path.stem: json.loads(text) for path, text in FILES.items()}
RULES = [rule for path in (ROOT / "monitoring/prometheus").glob("*.yml")
         for group in yaml.safe_load(path.read_text(encoding="utf-8")).get("groups", ())
         for rule in group["rules"]]


def test_the_files_are_what_the_description_makes():
    folder = ROOT / dashboards.FOLDER
    assert {path: path.read_text(encoding="utf-8") for path in folder.glob("*.json")} == FILES


@pytest.mark.parametrize("uid", MADE)
def test_panels_have_ids_of_their_own_and_do_not_cover_each_other(uid):
    panels = MADE[uid]["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [panel["gridPos"] for panel in panels]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    assert not [(a, b) for a, b in combinations(places, 2)
                if a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"]
                and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]]


@pytest.mark.parametrize("uid", MADE)
def test_what_people_choose_by_is_used_and_what_is_used_can_be_chosen(uid):
    queries = " ".join(target["expr"] for panel in MADE[uid]["panels"] for target in panel.get("targets", ()))
    chosen = {variable["name"] for variable in MADE[uid]["templating"]["list"]}
    assert set(re.findall(r"\$(\w+)", queries)) == chosen


def test_every_dashboard_leads_to_the_others_and_to_the_runbooks():
    for made in MADE.values():
        assert made["links"][0]["tags"] == made["tags"] == [dashboards.TAG]
        assert {link["type"] for link in made["links"]} == {"dashboards", "link"}
    assert len({made["title"] for made in MADE.values()}) == len(MADE) == 4


def test_every_alert_whose_runbook_is_linked_exists():
    alerts = {rule["alert"] for rule in RULES if "alert" in rule}
    linked = {alert for about in dashboards.described().values() for panels in about["rows"].values()
              for panel in panels.values() for alert in panel.get("alerts", ())}
    assert linked <= alerts
    assert dashboards.runbook("LeadsWait") == "leads-wait.md"


def test_deploys_and_alerts_are_annotated():
    for made in MADE.values():
        read = [metrics(annotation["expr"]) for annotation in made["annotations"]["list"]]
        assert read == [{"enrich_build_info"}, {"ALERTS"}]


def test_a_stat_has_its_colours_and_a_file_that_is_no_more_goes(tmp_path):
    folder = tmp_path / dashboards.FOLDER
    folder.mkdir(parents=True)
    (folder / "old.json").write_text("{}")
    folder.with_suffix(".yml").write_text(
        "one: {title: One, about: '', variables: {}, rows: {Now: {A: {stat: up, low: 1, bad: 9}}}}")
    dashboards.write(tmp_path)
    [made] = [json.loads(path.read_text()) for path in folder.iterdir()]
    assert [(step["color"], step["value"]) for step in
            made["panels"][1]["fieldConfig"]["defaults"]["thresholds"]["steps"]] == [
        ("red", None), ("green", 1), ("red", 9)]

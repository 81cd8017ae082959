"""Markets are gone through as the planner would live: it sees what it bought, pays what that costs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from sidecar.cli import main
from sidecar.enrichment.market import (
    BadMarket,
    Market,
    all_at_once,
    fixed_order,
    fixed_order_wants,
    read_fields,
    simulate,
    tuned_order,
)
from sidecar.enrichment.offers import PLACES
from sidecar.scoring import default_model
from tests.benchmarks.enrichment.hindsight import least
from tests.benchmarks.enrichment.markets import market as made_market
from tests.benchmarks.enrichment.plain_markets import plain_market

MODEL = default_model()


def operation(name: str, provides: list[str], **said: Any) -> dict[str, Any]:
    return {"name": name, "subject": "contact", "needs": [["email"]], "provides": provides,
            "price_found": 0.1, "price_missing": 0.0, "latency_ms": 1, "confidence": 0.8} | said


COMPANY = operation("company", ["industry", "employee_count", "annual_revenue"], subject="organization",
                    needs=[["company_domain"]], price_found=0.2, price_missing=0.05)
PERSON = operation("person", ["job_title", "linkedin_url"])
BIG = {"outcome": "found", "fields": {"industry": "Software", "employee_count": 210, "annual_revenue": 3e7}}
CHIEF = {"outcome": "found", "fields": {
    "job_title": "CEO", "linkedin_url": "https://www.linkedin.com/in/ada"}}


def market(leads: list[dict[str, Any]], *providers: tuple[str, dict[str, Any]]) -> Market:
    return Market.read({"version": 1, "seed": 1, "currency": "USD", "leads": leads, "providers": [
        {"name": name, "operations": [one]} for name, one in providers or (("a", COMPANY), ("b", PERSON))]})


def lead(number: int = 1, way: str = "web form", answers: dict[str, Any] | None = None, **said: Any
         ) -> dict[str, Any]:
    return {"lead": {"email": f"ada.sample{number}@firm.example", "source": way, **said},
            "answers": {"a.company": BIG, "b.person": CHIEF} if answers is None else answers}


def run(world: Market, goal: Any = "decision", **said: Any) -> list[dict[str, Any]]:
    return list(simulate(world, MODEL, goal, **said))


def test_nothing_is_bought_for_who_cannot_change():
    (line,) = run(market([lead(way="csv import", job_title="Intern")]))
    assert (line["calls"], line["cost"], line["grade"], line["settled"]) == ([], 0, "cold", True)


def test_what_decides_is_bought_and_merged_in_canonical_form():
    (line,) = run(market([lead()]))
    assert sorted(line["calls"]) == ["a.company", "b.person"]
    assert line["cost"] == pytest.approx(0.3)
    assert line["grade"] == "warm"
    assert line["fields"]["company_size"] == "201-500"
    assert line["fields"]["seniority"] == "cxo"
    assert line["fields"]["industry"] == "computer software"


def test_an_operation_without_an_answer_finds_nothing_and_an_error_costs_nothing():
    (line,) = run(market([lead(answers={"b.person": {"outcome": "error"}})]), "fill")
    assert sorted(line["calls"]) == ["a.company", "b.person"]
    assert line["cost"] == pytest.approx(0.05)


def test_a_company_is_paid_once():
    lines = run(market([lead(1), lead(2), lead(3)]), "fill")
    assert [line["calls"].count("a.company") for line in lines] == [1, 0, 0]
    assert all(line["fields"]["employee_count"] == 210 for line in lines)
    assert sum(line["cost"] for line in lines) == pytest.approx(0.2 + 3 * 0.1)


def test_an_error_about_a_company_is_asked_again_for_the_next_lead():
    broken = {"a.company": {"outcome": "error"}, "b.person": CHIEF}
    lines = run(market([lead(1, answers=broken), lead(2)]), "fill")
    assert ["a.company" in line["calls"] for line in lines] == [True, True]


def test_an_address_that_is_found_makes_a_call_possible():
    finder = operation("find", ["email"], needs=[["linkedin_url"]], price_found=0.01)
    world = market([{"lead": {"linkedin_url": "https://www.linkedin.com/in/ada", "source": "web form",
                               "tags": ["contact"]},
                     "answers": {"c.find": {"outcome": "found", "fields": {"email": "ada@firm.example"}},
                                 "a.company": BIG, "b.person": CHIEF}}],
                   ("a", COMPANY), ("b", PERSON), ("c", finder))
    (line,) = run(world)
    assert line["calls"][0] == "c.find"
    assert len(line["calls"]) > 1
    (line,) = run(world, "fill")
    assert line["calls"][0] == "c.find"
    assert set(line["calls"]) == {"a.company", "b.person", "c.find"}


def test_all_learn_of_a_company_by_a_second_address():
    finder = operation("find", ["email"], needs=[["linkedin_url"]], price_found=0.01)
    world = market([
        {"lead": {"email": f"ada{number}@gmail.com", "linkedin_url": f"linkedin.com/in/ada{number}"},
         "answers": {"c.find": {"outcome": "found", "fields": {"email": f"ada@firm{number}.example"}},
                     "a.company": BIG}} for number in range(20)], ("a", COMPANY), ("c", finder))
    fixed = list(fixed_order(world, MODEL, ["a.company", "c.find"], world.fields()))
    for lines in run(world, "fill"), fixed, list(all_at_once(world, MODEL)):
        assert {line["fields"].get("employee_count") for line in lines} == {210}


def test_the_same_title_again_is_not_bought_for_a_seniority():
    phone = operation("phone", ["phone", "job_title"])
    word = operation("word", ["seniority"], price_found=0.01)
    same = {"outcome": "found", "fields": {"phone": "+34612231931", "job_title": "Nurse"}}
    world = market([lead(number, job_title="Nurse", phone="+34612231931", answers={"b.phone": same})
                    for number in range(50)], ("b", phone), ("c", word))
    calls = [name for line in run(world, "fill") for name in line["calls"]]
    assert (calls.count("b.phone"), calls.count("c.word")) == (4, 50)
    assert all(line["cost"] == 0 for line in fixed_order(world, MODEL, ["b.phone", "c.word"], world.fields()))


def test_reach_buys_an_address_for_a_lead_that_has_none():
    finder = operation("find", ["email"], needs=[["linkedin_url"]], price_found=0.01)
    world = market([
        {"lead": {"linkedin_url": "https://www.linkedin.com/in/ada", "source": "csv import",
                  "job_title": "Intern"},
         "answers": {"c.find": {"outcome": "found", "fields": {"email": "ada@gmail.com"}}}},
        lead(2, "csv import", job_title="Intern")], ("c", finder))
    assert [line["calls"] for line in run(world, "reach")] == [["c.find"], []]
    assert [line["calls"] for line in run(world, "decision")] == [[], []]


def test_the_more_confident_counts_and_the_lead_itself_before_all():
    worse = operation("person", ["job_title"], confidence=0.9)
    world = market([lead(answers={"b.person": CHIEF, "c.person": {
        "outcome": "found", "fields": {"job_title": "Intern"}, "confidence": 0.9}})],
        ("b", PERSON), ("c", worse))
    (line,) = all_at_once(world, MODEL)
    assert line["fields"]["job_title"] == "Intern"
    told = market([lead(job_title="Head of Sales", answers={"b.person": CHIEF})], ("b", PERSON))
    (line,) = all_at_once(told, MODEL)
    assert line["fields"]["job_title"] == "Head of Sales"


def test_ceilings_are_never_passed_and_starve_nobody_cheaper():
    leads = [lead(number, answers={"b.person": CHIEF}) for number in range(4)]
    lines = run(market(leads), "fill", ceiling_per_lead=0.12)
    assert {tuple(line["calls"]) for line in lines} == {("b.person",)}
    assert not any(line["settled"] for line in lines)
    lines = run(market(leads), "fill", ceiling_per_day=0.25)
    assert sum(line["cost"] for line in lines) <= 0.25
    assert run(market(leads), "fill", ceiling_per_lead=0)[0]["calls"] == []


def test_a_word_of_the_vocabulary_is_taken_and_no_other():
    assert read_fields({"seniority": "director", "company_size": "51-200"}) == {
        "seniority": "director", "company_size": "51-200"}
    assert read_fields({"seniority": "the boss", "employee_count": "n/a"}) == {}


@pytest.mark.parametrize(("field", "said", "value"), [
    ("seniority", "VP", "vp"), ("seniority", "c_suite", "cxo"), ("seniority", "Vice President", "vp"),
    ("seniority", ["", "Director", "vp"], "director"), ("department", "Human Resources", "human_resources"),
    ("department", "master_sales", "sales"), ("company_size", "51 - 200", "51-200"),
    ("company_size", "1,001-5,000", "1001-5000"), ("revenue_range", "$10M-$50M", "$10M-$25M"),
    ("revenue_range", "much", None), ("seniority", 7, None), ("company_size", {"from": 51}, None)])
def test_bands_and_levels_are_read_as_providers_word_them(field, said, value):
    assert read_fields({field: said}).get(field) == value


def test_a_company_operation_that_fails_is_asked_once_more_and_then_left():
    world = market([lead(number, "demo_request", answers={"a.company": {"outcome": "error"}})
                    for number in range(6)])
    lines = run(world, "fill")
    assert sum(line["calls"].count("a.company") for line in lines) == 2
    assert {line["cost"] for line in lines} == {0.0}


@pytest.mark.parametrize("goal", ["decision", "reach", "fill"])
def test_a_market_goes_the_same_way_every_time(goal):
    world = Market.read(made_market(3, 60))
    assert run(world, goal) == run(world, goal)


@pytest.mark.parametrize("document", [made_market(101, 150), made_market(102, 150), plain_market(101, 150)])
def test_the_planner_buys_little_and_decides_as_if_it_bought_all(document):
    world = Market.read(document)
    full = list(all_at_once(world, MODEL))
    wanted = fixed_order_wants(world, MODEL, "decision")
    fixed = sum(line["cost"] for line in fixed_order(world, MODEL, tuned_order(world, wanted), wanted))
    ours = run(world)
    assert sum(line["cost"] for line in ours) < 0.75 * fixed
    assert sum(a["grade"] != b["grade"] for a, b in zip(ours, full, strict=True)) <= 3


@pytest.mark.parametrize("seed", [101, 102])
def test_fill_finds_all_that_there_is_for_little_more_than_in_hindsight(seed):
    world = Market.read(made_market(seed, 80))
    ours, full = run(world, "fill"), list(all_at_once(world, MODEL))
    told = {name for name, place in PLACES.items() if place in world.fields()}
    for line, other in zip(ours, full, strict=True):
        assert line["fields"].keys() >= other["fields"].keys() & told
    careful, knowing = least(world, world.fields())
    cost = sum(line["cost"] for line in ours)
    assert 0 < knowing <= careful <= cost < 1.2 * careful
    assert careful < sum(line["cost"] for line in full)


@pytest.mark.parametrize("document", [[], {}, {"version": 2}, {"version": 1, "providers": [], "leads": [{}]},
                                      {"version": 1, "providers": [{"name": "a"}], "leads": []}])
def test_what_is_no_market_is_refused(document):
    with pytest.raises(BadMarket):
        Market.read(document)


def test_the_command_tells_leads_on_one_stream_and_a_table_on_the_other(tmp_path):
    file, model = tmp_path / "market.json", tmp_path / "model.json"
    file.write_text(json.dumps(made_market(1, 12)))
    model.write_text(json.dumps(MODEL | {"thresholds": {"hot": 30, "warm": 10}}))
    result = CliRunner().invoke(
        main, ["enrich", "simulate", str(file), "--goal", "decision", "--model", str(model)])
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["index"] for line in lines] == list(range(12))
    assert lines[0].keys() == {"index", "calls", "cost", "score", "grade", "settled", "fields"}
    assert "all at once" in result.stderr
    assert "fixed order" in result.stderr


@pytest.mark.parametrize(("text", "said"), [
    ("[" * 100_000, "nested too deeply"), ('{"version": NaN}', "JSON has no NaN"), ("{", "Expecting"),
    ('{"version": 1}', "/: providers is missing")])
def test_what_is_wrong_with_a_file_is_told_in_a_sentence(tmp_path, text, said):
    (tmp_path / "market.json").write_text(text)
    result = CliRunner().invoke(
        main, ["enrich", "simulate", str(tmp_path / "market.json"), "--goal", "fill"])
    assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True)
    assert said in result.output


def test_a_market_without_leads_and_one_with_a_byte_order_mark_are_gone_through(tmp_path):
    file = tmp_path / "market.json"
    file.write_text(json.dumps(made_market(1, 2) | {"leads": []}), encoding="utf-8-sig")
    result = CliRunner().invoke(main, ["enrich", "simulate", str(file), "--goal", "decision"])
    assert (result.exit_code, result.stdout) == (0, ""), result.output


def test_a_model_that_is_none_is_refused(tmp_path):
    file, model = tmp_path / "market.json", tmp_path / "model.json"
    file.write_text(json.dumps(made_market(1, 2)))
    model.write_text('{"version": "x"}')
    result = CliRunner().invoke(
        main, ["enrich", "simulate", str(file), "--goal", "fill", "--model", str(model)])
    assert result.exit_code == 1
    assert "components" in result.output

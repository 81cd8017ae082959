"""Each provider's answers are read as its documentation and captures say; nothing makes it raise."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.providers import TWINS
from sandbox.server import create_app
from sandbox.twin import BEHAVIOURS
from sidecar.enrichment import PROVIDERS, catalogue, priced
from sidecar.enrichment.model import Statement
from sidecar.records.text import is_storable
from sidecar.terms.fields import NAMED, fields_of

OPERATIONS = [(p, o) for p in PROVIDERS.values() for o in p.operations]
NAMES = [f"{p.name}-{o.name}" for p, o in OPERATIONS]
CASES = Path(__file__).parent / "cases"
# What goes with another field, whoever tells that.
FOLLOWING = {"phone_country", "phone_type", "email_canonical", "email_type"}
# What an answer says of whom it is about beside a lead's names.
BESIDES = {"record_id", "other_names", "former_employers", "company_other_names", "domain_aliases",
           "parent_domain"}
FACTS = {
    "contact": {"id": "c", "email": "mira.quandt@nordlicht.example", "first_name": "Mira",
                "email_canonical": "mira.quandt@nordlicht.example", "email_type": "corporate",
                "last_name": "Quandt", "full_name": "Mira Quandt",
                "linkedin_url": "https://www.linkedin.com/in/mira-quandt"},
    "organization": {"id": "o", "domain": "nordlicht.example", "name": "Nordlicht",
                     "country": "DE"},
    "lead": {"custom": {"ip": "8.8.8.8"}},
}
NOTHING = {"contact": {"id": "c"}, "organization": {"id": "o"}, "lead": {}}
# The rows of the table of behaviours -> what has a twin behave so.
ROWS = {"found": "", "not found": "missing", "pending": "pending", "throttle": "throttle", "quota": "quota",
        "privacy refusal": "refuse", "bad key": "unauthorized", "server error": "down",
        "truncated": "garbled"}


def _cases():
    """(provider, operation, case) of every line of the files."""
    for path in sorted(CASES.glob("*.jsonl")):
        provider = PROVIDERS[path.stem]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            case = json.loads(line)
            for operation in provider.operations:
                if case["operation"] in ("*", operation.name):
                    yield pytest.param(provider, operation, case,
                                       id=f"{path.stem}-{operation.name}-{number} {case['row']}")


ALL = list(_cases())


def text(body):
    return body if isinstance(body, str) else json.dumps(body)


def plain(statements):
    assert all(isinstance(one, Statement) and 0 < one.confidence <= 1 for one in statements.values())
    return {name: statement.value for name, statement in statements.items()}


@pytest.mark.parametrize(("provider", "operation", "case"), ALL)
def test_an_answer_is_read_as_the_provider_means_it(provider, operation, case):
    answer = operation.read(case["status"], case.get("headers", {}), text(case["body"]))
    assert answer.outcome == case["outcome"], answer.detail
    assert plain(answer.statements) == case.get("values", {})
    if "credits" in case:
        assert answer.credits == case["credits"]
    for name in ("about", "company", "candidates", "ticket", "retry_after_s"):
        if name in case:
            told = getattr(answer, name)
            told = plain(told) if name == "company" else list(told) if name == "candidates" else told
            if name == "about":
                told = {key: value for key, value in told.items() if key not in BESIDES}
            assert told == case[name]


def test_every_row_of_behaviour_has_its_case():
    """What each provider can do: found, missed, bad key, throttle, quota, a server's error, half a body."""
    keyless = {name for name, provider in PROVIDERS.items() if provider.auth is None}
    for provider in PROVIDERS.values():
        lines = [json.loads(line) for line in (CASES / f"{provider.name}.jsonl").read_text().splitlines()]
        for operation in provider.operations:
            rows = {case["row"] for case in lines if case["operation"] in ("*", operation.name)}
            wanted = {"found", "throttle", "server error"} | (
                set() if provider.name in keyless else {"bad key", "quota", "truncated", "not found"})
            assert wanted <= rows | ({"not found"} if "unknown" in rows else set()), operation.name


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS, ids=NAMES)
def test_an_operation_tells_no_more_than_it_says(provider, operation):
    for one, other, case in (param.values for param in ALL):
        if (one, other) != (provider, operation):
            continue
        answer = operation.read(case["status"], case.get("headers", {}), text(case["body"]))
        told = {field.lead or field.name for field in fields_of(operation.subject)
                if field.name in answer.statements}
        told |= {field.lead or field.name for field in fields_of("organization")
                 if field.name in answer.company}
        assert told - FOLLOWING <= operation.provides
        assert set(answer.about) <= NAMED.keys() | BESIDES | {"company_country"}


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS, ids=NAMES)
def test_what_an_operation_needs_is_what_it_looks_at(provider, operation):
    assert operation.lookup(FACTS) and operation.lookup(NOTHING) is None
    assert operation.needs and all(name in NAMED for names in operation.needs for name in names)
    assert operation.provides <= NAMED.keys()
    assert operation.price_missing <= operation.price_found
    assert provider.prices and (provider.auth is not None or operation.price_found == 0)


def test_nobody_pays_about_the_mailbox_of_a_function_or_of_a_minute():
    for kind in ("role", "disposable"):
        facts = FACTS | {"contact": {"id": "c", "email": "info@nordlicht.example", "email_type": kind,
                                     "email_canonical": "info@nordlicht.example"}}
        assert not [name for name, (_, operation) in zip(NAMES, OPERATIONS, strict=True)
                    if "email" in (operation.lookup(facts) or {})]


@pytest.mark.parametrize(("domain", "company", "person", "looked"), [
    ("nordlicht.de", None, None, True), ("nordlicht.example", "AT", None, True),
    ("nordlicht.example", None, "CH", True), ("nordlicht.example", "US", "US", False),
    ("nordlicht.dev", None, None, False)])
def test_an_imprint_is_looked_for_where_there_must_be_one(domain, company, person, looked):
    imprint = PROVIDERS["home_page"].operation("imprint")
    found = imprint.lookup({"contact": {"country": person}, "lead": {},
                            "organization": {"id": "o", "domain": domain, "country": company}})
    assert found == ({"domain": domain} if looked else None)


def test_only_a_public_address_is_asked_about():
    network = PROVIDERS["ipinfo"].operations[0]
    for told in ("10.0.0.1", "127.0.0.1", "fe80::1", "no address", "", None, 7, {"a": 1}):
        assert network.lookup(FACTS | {"lead": {"custom": {"ip": told}}}) is None
    assert network.lookup(FACTS | {"lead": {"custom": {"ip_address": "2001:4860:4860::8888"}}}) == {
        "ip": "2001:4860:4860::8888"}


def test_what_was_begun_is_fetched_by_its_ticket_and_not_begun_again():
    phone = next(o for o in PROVIDERS["fullenrich"].operations if o.name == "phone")
    params = phone.lookup(FACTS)
    begun = phone.request(params, "https://base")
    assert (begun["method"], begun["url"]) == ("POST", "https://base/contact/enrich/bulk")
    assert begun["body"]["data"][0]["enrich_fields"] == ["contact.phones"]
    ticket = phone.read(200, {}, '{"enrichment_id": "ab-12"}').ticket
    fetched = phone.request(params | {"ticket": ticket}, "https://base")
    assert (fetched["method"], fetched["url"]) == ("GET", "https://base/contact/enrich/bulk/ab-12")
    assert fetched["body"] is None
    assert phone.read(200, {}, '{"enrichment_id": "../account"}').ticket is None


def test_companies_of_clearbit_stand_at_a_host_of_their_own():
    company, person, _ = PROVIDERS["clearbit"].operations
    base = PROVIDERS["clearbit"].base_url
    assert company.request({"domain": "x"}, base)["url"] == "https://company.clearbit.com/v2/companies/find"
    assert person.request({"email": "x"}, base)["url"] == "https://person.clearbit.com/v2/people/find"
    assert company.request({"domain": "x"}, "http://sandbox/clearbit/v2")["url"].startswith("http://sandbox/")


def test_what_is_paid_here_is_a_setting():
    mine = priced({"hunter": (0.02, 0.01), "hunter.person": (0.5, 0.0)})
    prices = {o.name: (o.price_found, o.price_missing) for o in mine["hunter"].operations}
    assert prices["person"] == (0.5, 0.0) and prices["company"] == (0.02, 0.01)
    assert mine["apollo"] == PROVIDERS["apollo"] and priced({}) is PROVIDERS
    with pytest.raises(ValueError, match=r"there is no hunter\.nothing"):
        priced({"hunter.nothing": (1.0, 0.0)})


# --- the sandbox's twins


def test_every_provider_has_its_twin_in_the_sandbox():
    assert TWINS.keys() == PROVIDERS.keys()


async def ask(client, provider, facts):
    """What the sandbox answers to what an operation asks, over HTTP: [(operation, answer, status)]."""
    told = []
    base = f"/{provider.name}{urlsplit(provider.base_url).path}"
    for operation in provider.operations:
        params = operation.lookup(facts)
        for _ in range(4):
            request = operation.request(params, base)
            reply = await client.request(
                request["method"], request["url"], params=request["query"] or None, json=request["body"],
                headers=request["headers"])
            answer = operation.read(reply.status, dict(reply.headers), await reply.text())
            if answer.outcome != "pending":
                break
            params = params | ({"ticket": answer.ticket} if answer.ticket else {})
        told.append((operation, answer, reply))
    return told


def test_the_sandbox_answers_what_every_operation_asks():
    async def outcomes():
        found = {}
        async with TestClient(TestServer(create_app())) as client:
            for number in range(30):
                domain = f"firm{number}.example"
                facts = {
                    "contact": FACTS["contact"] | {
                        "email": f"mira.quandt@{domain}", "email_canonical": f"mira.quandt@{domain}",
                        "linkedin_url": f"https://www.linkedin.com/in/mira-{number}"},
                    "organization": {"id": "o", "domain": domain, "country": "DE"},
                    "lead": {"custom": {"ip": f"8.8.{number}.8"}}}
                for provider in PROVIDERS.values():
                    for operation, answer, _ in await ask(client, provider, facts):
                        found.setdefault((provider.name, operation.name), set()).add(answer.outcome)
        return found

    found = asyncio.run(outcomes())
    assert {name for name, seen in found.items() if "found" not in seen} == set()
    assert {outcome for seen in found.values() for outcome in seen} == {"found", "not_found"}


def keys(value, path=()):
    """The paths of all members of a JSON value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from keys(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner, path)


@pytest.mark.parametrize(("provider", "operation", "case"), [
    param for param in ALL
    if param.values[2]["row"] in ROWS and isinstance(param.values[2]["body"], dict)])
def test_a_twin_answers_in_the_shape_of_the_case(provider, operation, case):
    """The twin's members all stand in the cases of that operation, which were written from documentation."""
    twin, behaviour = TWINS[provider.name], ROWS[case["row"]]
    rows = [param.values[2] for param in ALL if param.values[1] is operation]
    shapes = {place for row in rows for place in keys(row["body"])}
    for number in range(40):
        subject = f"firm{number}.example"
        if operation.subject == "contact":
            subject = f"a.b@{subject}"
        _, body, kind, headers = reply = twin.answer(operation.name, subject, behaviour, 1)
        if operation.read(reply[0], headers, body).outcome == case["outcome"]:
            assert kind != "application/json" or set(keys(json.loads(body))) <= shapes
            return
    raise AssertionError("the twin never answers so")


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS, ids=NAMES)
@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_what_a_twin_says_costs_nothing_unless_it_is_an_answer(provider, operation, behaviour):
    twin = TWINS[provider.name]
    subject = "8.8.8.8" if provider.name == "ipinfo" else (
        "firm.example" if operation.subject == "organization" else "a.b@firm.example")
    status, body, _, headers = twin.answer(operation.name, subject, behaviour, 1)
    answer = operation.read(status, headers, body)
    expected = {"throttle": {"throttled"}, "down": {"error"}, "garbled": {"error", "not_found"},
                "unauthorized": {"auth", "not_found", "error"},
                "quota": {"quota", "throttled"}, "refuse": {"refused", "not_found", "found", "error"}}
    if behaviour in expected:
        assert answer.outcome in expected[behaviour]
        assert not answer.statements or behaviour == "refuse"
        assert answer.credits == 0 or behaviour == "refuse"


# --- hostile answers

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([
        "data", "name", "geo", "metrics", "employment", "linkedin", "employees", "tech", "size", "person",
        "company", "organization", "email", "status", "verification", "pattern", "sources", "score",
        "deliverability", "is_catchall_email", "quality_score", "ip", "type", "domain", "as", "Answer",
        "Status", "contact_info", "most_probable_phone", "cost", "departments", "seniority", "address",
        "job_title_levels", "errors", "likelihood", "location", "handle", "industry"]), inner),
    max_leaves=20)


@settings(deadline=None)  # the first country loads a table
@given(status=st.sampled_from([0, 200, 202, 400, 401, 402, 403, 404, 422, 429, 451, 500]),
       body=st.one_of(st.text(max_size=50), json_values.map(json.dumps)), odd=st.text(max_size=12))
@pytest.mark.parametrize(("provider", "operation"), OPERATIONS, ids=NAMES)
def test_nothing_they_send_can_raise(provider, operation, status, body, odd):
    headers = dict.fromkeys(("x-call-credits-spent", "Retry-After", "date", "x-ratelimit-reset",
                             "content-location"), odd)
    answer = operation.read(status, headers, body)
    assert answer.retry_after_s is None or 1 <= answer.retry_after_s <= 86_400


# What may stand anywhere instead of what is documented.
ODD = [None, True, 0, -1, 2**31, 2**63, 1e300, "0.95", "", "n/a", "a\x00b", "\ud800", "x" * 5000, [], {},
       [None], [{"a": 1}], {"value": True}, "=cmd()", "TRUE", "@", "http://[::1"]


def with_odd(body, place):
    """The body with an odd value at each of its members, one after the other."""
    members = list(place.items() if isinstance(place, dict) else enumerate(place))
    for key, told in members:
        for odd in ODD:
            place[key] = odd
            yield json.dumps(body)
        place[key] = told
        if isinstance(told, dict | list):
            yield from with_odd(body, told)


def texts(value):
    if isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize(("provider", "operation", "case"), [
    param for param in ALL if param.values[2]["status"] == 200 and isinstance(param.values[2]["body"], dict)])
def test_whatever_they_send_can_be_kept(provider, operation, case):
    for body in with_odd(case["body"], case["body"]):
        answer = operation.read(200, case.get("headers", {}), body)
        values = plain(answer.statements) | {"_": list(plain(answer.company).values())}
        assert all(is_storable(one) and len(one) <= 2100 for one in texts(
            [values, answer.about, answer.candidates, answer.ticket, answer.detail])), body[:300]
        assert 0 <= answer.credits <= 1000 and all("@" in one for one in answer.candidates), body[:300]
        assert 1000 <= values.get("founded_year", 2000) <= 2100 and "Test User" not in values.values()


def test_what_says_that_there_is_nothing_is_no_value():
    person = next(o for o in PROVIDERS["peopledatalabs"].operations if o.name == "person")
    told = {"full_name": "test user", "first_name": "test", "job_title": "n/a",
            "location_locality": "unknown", "location_country": "germany"}
    answer = person.read(200, {}, json.dumps({"status": 200, "likelihood": 9, "data": told}))
    assert plain(answer.statements) == {"country": "DE"}


def test_a_finder_proposes_no_mailbox_of_a_function():
    finder = next(o for o in PROVIDERS["hunter"].operations if o.name == "finder")
    for address, proposed in (
            ("mira@nordlicht.example", 1), ("info@nordlicht.example", 0), ("no address", 0)):
        answer = finder.read(200, {}, json.dumps({"data": {"email": address, "score": 40}}))
        assert len(answer.candidates) == proposed


def test_the_n8n_credential_is_made_from_the_same_catalogue():
    path = Path(__file__).parents[3] / "n8n/custom-nodes/shared/catalogue.json"
    assert json.loads(path.read_text()) == catalogue()


@pytest.mark.parametrize("data", ['"' + '\\"' * 60_000, '" ' * 60_000, "v=spf1 " + "all" * 60_000])
def test_no_record_keeps_the_reader_for_long(data):
    begun = time.process_time()
    for operation in PROVIDERS["mail_domain"].operations:
        kind = 15 if operation.name == "mail_host" else 16
        operation.read(200, {}, json.dumps({"Status": 0, "Answer": [{"type": kind, "data": data}]}))
    assert time.process_time() - begun < 5

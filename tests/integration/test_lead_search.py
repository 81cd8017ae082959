"""The text search of leads: a lead is found by what is known of its contact and its company now."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from sidecar.errors import Deadlock
from sidecar.pipeline import intake
from sidecar.store import customers, leads
from sidecar.store.database import one
from tests.integration.test_duplicates import JANE, TYPO, pair_of
from tests.integration.test_pipeline import answer_all, claim

EMAIL = "rosalind@crystals.example"
LEAD = {"email": EMAIL, "first_name": "Rosalind", "last_name": "Franklin", "company_name": "Helix Works"}
WAITS = "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def send(api, *raw):
    return [row["lead_id"] for row in api.post("/v1/leads", {"leads": list(raw)}).json["results"]]


def found(api, text):
    return {row["id"] for row in api.get(f"/v1/leads?limit=200&q={text}").json["data"]}


def patch(api, path, body):
    answer = api.client.patch(path, json=body, headers=api.headers)
    assert answer.status_code == 200, answer.json


@pytest.mark.parametrize("together", [True, False], ids=["in one request", "later"])
def test_who_asks_again_with_an_email_only_is_still_found_by_name_and_company(api, together):
    again = {"email": EMAIL}
    (lead, *_) = send(api, LEAD, again) if together else send(api, LEAD) + send(api, again)
    for text in ("rosalind franklin", EMAIL, "helix works", "crystals.example"):
        assert found(api, text) == {lead}, text


@pytest.mark.parametrize("together", [True, False], ids=["in one request", "later"])
def test_what_is_told_later_is_found(api, together):
    first = {"email": "rosalind@mail.example", "linkedin_url": "https://www.linkedin.com/in/rosalind-f"}
    more = first | LEAD | {"email": first["email"]}
    (lead, *_) = send(api, first, more) if together else send(api, first) + send(api, more)
    for text in ("rosalind franklin", "helix works"):
        assert found(api, text) == {lead}, text


def test_what_a_provider_found_is_found(api):
    lead = send(api, {"email": EMAIL})[0]
    batch = claim(api)
    while api.step(batch, "plan").json["asking"]:
        answer_all(api, batch)
        api.step(batch, "apply")
    known = api.get(f"/v1/leads/{lead}").json
    for name in (known["contact"]["full_name"], known["organization"]["name"]):
        assert found(api, name) == {lead}, name


@pytest.mark.parametrize("text", [
    "franklin helix", "Helix rosalind", "chief chemist", "fair-2026", "chemist fair-2026 helix",
    "+49 30 901820", "030 901820", "0049 (30) 901-820", "901820"])
def test_words_are_found_wherever_they_stand(api, text):
    lead, *_ = send(
        api, LEAD | {"job_title": "Chief Chemist", "phone": "+49 30 901820", "tags": ["fair-2026"]},
        {"email": "rosalind@elsewhere.example", "full_name": "Rosalind Pine", "phone": "+49 30 901821"})
    assert found(api, quote(text)) == {lead}


def test_tags_are_found_while_the_lead_has_them(api):
    lead = send(api, LEAD | {"tags": ["fair"]})[0]
    patch(api, f"/v1/leads/{lead}", {"tags": ["demo"]})
    assert found(api, "helix demo") == {lead} and found(api, "fair") == set()


def test_an_edit_of_a_person_is_found_and_what_was_there_before_is_not(api):
    lead = send(api, LEAD)[0]
    contact = api.get(f"/v1/leads/{lead}").json["contact"]["id"]
    patch(api, f"/v1/contacts/{contact}", {"full_name": "Ada Byron"})
    assert found(api, "ada byron") == {lead} and found(api, "franklin") == set()


def test_people_who_tell_more_at_once_are_all_found_by_it(api):
    people = [{"email": f"{name}@crystals.example", "full_name": f"{name} Pine"} for name in ("ann", "bea")]
    titles = ("Chief Chemist", "Glass Blower")
    leads = send(api, *people)
    told = [person | {"job_title": title} for person, title in zip(people, titles, strict=True)]
    assert send(api, *told) == leads
    assert [found(api, quote(title)) for title in titles] == [{lead} for lead in leads]


def updates_of_leads(cursor):
    return one(cursor, "SELECT n_tup_upd AS n FROM pg_stat_xact_user_tables WHERE relname = 'leads'")["n"]


@pytest.mark.parametrize("more", [
    {"job_title": "Head of Crystals"}, {"last_name": "Franklin-Gosling", "tags": ["fair"]}],
    ids=lambda more: " and ".join(more))
def test_a_lead_is_written_once_with_what_it_is_found_by(api, engine, more):
    """Each time costs as much as the lead has indexes."""
    [lead] = send(api, {"email": EMAIL, "first_name": "Rosalind", "last_name": "Franklin"})
    with engine.database.write() as cursor:
        before = updates_of_leads(cursor)
        intake.receive(engine, [{"email": EMAIL} | more], client="tests")
        assert updates_of_leads(cursor) == before + 1
    text = [*more.values()][-1]
    assert found(api, quote(text if isinstance(text, str) else text[0])) == {lead}


def test_a_renamed_company_is_found_by_every_lead_of_it(api):
    """Those that only its latest leads were told of, too."""
    ids = set(send(api, *({"email": f"p{n}@crystals.example", "company_name": "Helix Works"}
                          for n in range(110))))
    company = api.get(f"/v1/leads/{min(ids)}").json["organization"]["id"]
    patch(api, f"/v1/organizations/{company}", {"name": "Double Strand"})
    assert found(api, "double strand") == ids and found(api, "helix") == set()


def test_a_company_that_a_lead_calls_otherwise_is_found_by_all_its_leads(api):
    ids = set(send(api, LEAD) + send(api, {"email": "p2@crystals.example", "company_name": "Double Strand"}))
    assert found(api, "double strand") == ids


@pytest.mark.parametrize("side", ["left", "right"])
def test_after_a_merge_both_leads_are_found_by_what_is_known_of_the_one_person(api, side):
    pair, *_ = pair_of(api, JANE, TYPO | {"phone": "+44 113 496 0001"})
    leads_before = found(api, "brightwater")
    kept = api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": pair[side]["id"]}).json["kept_id"]
    contact = api.get(f"/v1/contacts/{kept}").json["fields"]
    assert len(leads_before) == 2
    assert found(api, contact["full_name"]) == found(api, contact["email"]) == leads_before


def test_the_text_search_uses_its_index(engine):
    with engine.database.write() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        leads.page(cursor, {"q": "needle"}, sort="newest", limit=10, after=None)
        cursor.execute(b"EXPLAIN " + cursor.query)
        assert "leads_search" in str(cursor.fetchall())


def test_answers_that_meet_the_same_person_asking_again_wait_and_do_not_fail(api, engine):
    """Both change the contact and its lead: in one order, or each would wait for the other."""
    lead = send(api, {"email": EMAIL})[0]
    contact = api.get(f"/v1/leads/{lead}").json["contact"]["id"]
    batch = claim(api)
    api.step(batch, "plan")
    answer_all(api, batch)
    with ThreadPoolExecutor(1) as pool:
        with engine.database.write() as cursor:
            customers.lock_leads(cursor, [contact])
            applied = pool.submit(api.step, batch, "apply")
            while not applied.done() and not one(cursor, WAITS)["n"]:
                cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute("UPDATE contacts SET city = 'London' WHERE id = %s", (contact,))
        assert applied.result(10).status_code == 200


def test_who_asks_again_while_their_company_is_renamed_is_taken_in(api, engine):
    """Each waits for the other's row, so that Postgres ends one, mostly who has waited longer. The lead is
    then taken in again, unseen by the caller."""
    lead = send(api, LEAD)[0]
    company = api.get(f"/v1/leads/{lead}").json["organization"]["id"]

    def rename(name):
        """Rename the company while its lead names it otherwise; whether it was the lead's turn that was
        ended."""
        with ThreadPoolExecutor(1) as pool:
            try:
                with engine.database.write() as cursor:
                    cursor.execute("UPDATE organizations SET city = 'London' WHERE id = %s", (company,))
                    taken = pool.submit(api.post, "/v1/leads", LEAD | {"company_name": name})
                    while not taken.done() and not one(cursor, WAITS)["n"]:
                        cursor.execute("SELECT pg_stat_clear_snapshot()")
                    cursor.execute(
                        "UPDATE organizations SET name = 'Single Strand' WHERE id = %s", (company,))
            except Deadlock:
                return False
            assert taken.result(20).status_code == 202
            return True

    name = next(name for name in ("Double Strand", "Triple Strand", "Fourfold Strand") if rename(name))
    assert found(api, name) == {lead}

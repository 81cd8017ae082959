"""Two people are never joined at intake: shared mailboxes, invented addresses, companies that are none."""

from __future__ import annotations

import pytest

from sidecar.pipeline import intake
from sidecar.store.database import one
from tests.integration.test_duplicates import rows, sent

BOX = "ottilie.vosskuhl@norvale-optik.example"
OTTILIE = {"email": BOX, "full_name": "Ottilie Vosskuhl", "source": "web form"}
BENNO = {"email": BOX, "full_name": "Benno Karstens", "source": "web form"}
LOCALS = ("info", "office", "sales", "ottilie.vosskuhl", "ov", "team-nord", "einkauf", "o.vosskuhl",
          "contact", "vosskuhl", "front.desk", "mail", "hello", "support", "buero", "praxis", "empfang",
          "jobs", "admin", "kontakt")


def contacts(results):
    return [result["contact_id"] for result in results]


def pairs(engine):
    return rows(engine, "SELECT left_id::text AS one, right_id::text AS other, state, reasons"
                        " FROM duplicates ORDER BY id")


def test_of_twenty_shared_mailboxes_none_joins_two_people(api, engine):
    assert len(LOCALS) == 20
    for number, local in enumerate(LOCALS):
        email = f"{local}@firm{number}.example"
        first, second = contacts(sent(api, OTTILIE | {"email": email}) + sent(api, BENNO | {"email": email}))
        assert first != second, email
        assert pairs(engine)[-1]["state"] == "open" and len(pairs(engine)) == number + 1
        assert {pairs(engine)[-1]["one"], pairs(engine)[-1]["other"]} == {first, second}
        assert "different first name" in pairs(engine)[-1]["reasons"]
        # Each is known again, and nobody is there a third time.
        again = sent(api, BENNO | {"email": email, "tags": ["again"]}, OTTILIE | {"email": email})
        assert contacts(again) == [second, first]
    assert len(rows(engine, "SELECT 1 FROM contacts")) == 40


def test_nor_are_they_within_one_request(api, engine):
    first, second, again = sent(api, OTTILIE, BENNO, BENNO | {"message": "And?"})
    assert first["contact_id"] != second["contact_id"] == again["contact_id"]
    assert [result["outcome"] for result in (first, second, again)] == ["created", "created", "updated"]
    assert len(pairs(engine)) == 1


def test_of_however_many_on_a_mailbox_each_is_known_again(api, engine):
    names = [f"{first} {last}" for first in ("Ada", "Bela", "Cleo", "Dora", "Emil", "Fritz", "Greta", "Hugo")
             for last in ("Moss", "Frost", "Hart", "Huber", "Vale", "Karstens", "Quill", "Sommer")]
    leads = [OTTILIE | {"email": "info@firm.example", "full_name": name} for name in (*names, "")]
    first = contacts(sent(api, *leads))
    assert len({*first}) == 65
    assert contacts(sent(api, *leads)) == first
    for place in (-1, -2, 55):
        assert contacts(sent(api, leads[place])) == [first[place]]


def test_nor_does_a_merge_hide_who_was_merged_among_many(api, engine):
    """Beyond the fiftieth, by their own name, though the contact that they are now is called otherwise."""
    names = [f"{first} {last}" for first in ("Ada", "Bela", "Cleo", "Dora", "Emil", "Fritz", "Greta", "Hugo")
             for last in ("Moss", "Frost", "Hart", "Huber", "Vale", "Karstens", "Quill", "Sommer")]
    leads = [OTTILIE | {"email": "info@firm.example", "full_name": name} for name in (*names, "Zoë Ünal", "")]
    first = contacts(sent(api, *leads))
    kept, lost = first[-3:-1]
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO duplicates (left_id, right_id, score, reasons) VALUES (%s, %s, 1, '[]')"
                       " ON CONFLICT (left_id, right_id) DO UPDATE SET score = 1 RETURNING id::text AS id",
                       sorted((kept, lost)))
        pair = cursor.fetchone()["id"]
    assert api.post(f"/v1/duplicates/{pair}/merge", {"keep": kept}).status_code == 200
    for name in ("Zoë Ünal", "ZOE UENAL", "Ünal, Zoë"):
        assert contacts(sent(api, leads[-2] | {"full_name": name})) == [kept], name
    assert contacts(sent(api, leads[-1])) == [first[-1]]
    assert api.post(f"/v1/contacts/{kept}/unmerge", {"contact_id": lost}).status_code == 200
    assert contacts(sent(api, leads[-2], leads[-3])) == [lost, kept]


def test_another_form_of_the_name_is_the_same_person(api, engine):
    names = ["Ottilie Vosskuhl", "O. Vosskuhl", "Ottilie Karstens", "VOSSKUHL, OTTILIE", ""]
    assert len({*contacts(sent(api, *(OTTILIE | {"full_name": name} for name in names)))}) == 1
    assert pairs(engine) == []


def test_what_a_provider_of_the_sandbox_invented_is_no_name(api, engine):
    [person] = contacts(sent(api, {"email": BOX}))
    with engine.database.write() as cursor:
        cursor.execute(
            "INSERT INTO provenance VALUES ('contact', %s, 'hunter', %s)", (person, (
                '{"full_name": {"value": "Sandy Box", "confidence": 0.9, "sandbox": true,'
                ' "observed_at": "2026-11-02T09:00:00+00:00"}}')))
    assert contacts(sent(api, BENNO)) == [person]


def test_an_invented_address_joins_nobody(api, engine):
    leads = [{"email": "noemail@noemail.com", "first_name": first, "last_name": last, "company_name": company}
             for first, last, company in (("Ada", "Moss", "Moss Werk"), ("Bela", "Frost", "Frostbau"),
                                          ("Cleo", "Hart", "Hart und Co"))]
    assert len({*contacts(sent(api, *leads))}) == 3
    assert rows(engine, "SELECT 1 FROM contact_identities") == []


def test_who_writes_from_an_erased_persons_mailbox_is_refused_and_others_stay(api, engine):
    first, second = contacts(sent(api, OTTILIE, BENNO))
    assert api.client.delete(f"/v1/contacts/{first}", headers=api.headers).status_code == 204
    assert [row["id"] for row in rows(engine, "SELECT id::text AS id FROM contacts")] == [second]
    assert [result["outcome"] for result in sent(api, BENNO)] == ["suppressed"]


@pytest.mark.parametrize(("kind", "told"), [("unsubscribe", 2), ("bounce", 2), ("email_open", 1)])
def test_what_a_mailbox_tells_is_told_of_its_people(api, engine, kind, told):
    first, second = sent(api, OTTILIE) + sent(api, BENNO)
    for _ in range(2):
        answer = api.post("/v1/events", {"events": [{"type": kind, "email": BOX, "event_id": "e1"}]})
        assert (answer.json["accepted"], answer.json["unknown"]) == (1, 0)
        assert answer.json["results"] == [{"lead_id": second["lead_id"], "outcome": "accepted"}]
    found = rows(engine, "SELECT lead_id::text AS id FROM events WHERE type = %s ORDER BY lead_id", kind)
    assert [row["id"] for row in found] == [first["lead_id"], second["lead_id"]][-told:]


FORM = {"email": "nora.vale@harbor-lines.example", "full_name": "Nora Vale", "source": "web_form",
        "message": "Please call me"}


@pytest.mark.parametrize("custom", [{"custom": {"event_id": "evt-1"}}, {}], ids=["with an id", "same body"])
def test_one_submission_delivered_twice_is_one_event(api, engine, custom):
    first, second = sent(api, FORM | custom) + sent(api, FORM | custom)
    assert first["lead_id"] == second["lead_id"]
    assert len(rows(engine, "SELECT 1 FROM events WHERE type = 'form_submit'")) == 1
    sent(api, FORM | {"message": "And again"})
    assert len(rows(engine, "SELECT 1 FROM events WHERE type = 'form_submit'")) == 2


def test_a_submission_of_nobody_delivered_twice_is_one_person(api):
    lead = {"email": "none@none.com", "full_name": "Ada Moss", "source": "web form"}
    assert sent(api, lead)[0]["lead_id"] == sent(api, lead)[0]["lead_id"]


def test_who_is_new_alone_is_told_by_names_too(api):
    first = sent(api, OTTILIE)[0]
    answer = api.post("/v1/leads", {"leads": [OTTILIE, BENNO, BENNO], "only_new": True})
    assert [result["outcome"] for result in answer.json["results"]] == ["rejected", "created", "rejected"]
    assert first["lead_id"] in answer.json["results"][0]["errors"][0]["detail"]


def organizations(engine):
    return rows(engine, "SELECT name, domain, employee_count FROM organizations ORDER BY name")


@pytest.mark.parametrize("site", [
    "https://www.instagram.com/{}", "https://linkedin.com/company/{}", "https://linktr.ee/{}",
    "https://x.com/{}", "https://www.youtube.com/@{}", "https://sites.google.com/view/{}",
])
def test_a_page_on_somebody_elses_platform_joins_no_companies(api, engine, site):
    first, second = sent(
        api, {"email": "alba.bakes@gmail.com", "company_name": "Alba Bakery", "employee_count": 4000,
              "company_domain": site.format("alba")},
        {"email": "brink.optik@gmail.com", "company_name": "Brink Optik",
         "company_domain": site.format("brink")})
    assert first["organization_id"] != second["organization_id"]
    assert [(row["name"], row["domain"], row["employee_count"]) for row in organizations(engine)] == [
        ("Alba Bakery", None, 4000), ("Brink Optik", None, None)]


def test_what_is_no_company_joins_nobody(api, engine):
    words = ("N/A", "n/a", "Self-employed", "self employed", "-", "Student", "Freelance", "freelancer",
             "Private", "None", "Selbstständig")
    found = sent(api, *({"email": f"person{n}@gmail.com", "company_name": word, "employee_count": 4000,
                         "annual_revenue": "900M"} for n, word in enumerate(words)))
    shared = [row["organization_id"] for row in found if row["organization_id"]]
    assert len(shared) == len(set(shared))
    later = sent(api, {"email": "later@gmail.com", "company_name": "self employed"})[0]
    company = api.get(f"/v1/leads/{later['lead_id']}").json["organization"] or {}
    assert not company.get("employee_count") and not company.get("annual_revenue")


def test_people_are_known_by_the_index_whatever_was_known_when_the_statement_was_planned(api, engine):
    """A plan made on small tables must not read all that is said of everybody for each who comes again."""
    def leads(numbers):
        return [{"email": f"p{n}@firm{n}.example", "first_name": "Pat", "last_name": f"Quill{n}"}
                for n in numbers]

    def read_so_far():
        with engine.database.write() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
        with engine.database.write() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            return one(cursor, "SELECT idx_tup_read AS n FROM pg_stat_user_indexes"
                               " WHERE indexrelname = 'provenance_pkey'")["n"]

    intake.receive(engine, leads(range(10)), client="tests")
    for start in range(10, 1000, 330):
        intake.receive(engine, leads(range(start, start + 330)), client="tests")
    before = read_so_far()
    intake.receive(engine, leads(range(100)), client="tests")
    assert read_so_far() - before < 5_000

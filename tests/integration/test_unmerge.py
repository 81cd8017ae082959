"""Merges that are taken back, and what they do to leads, owners and alerts."""

from __future__ import annotations

import pytest

from sidecar.pipeline import intake
from tests.integration.chains import OWNERS, Chain
from tests.integration.conftest import Api, users_of
from tests.integration.test_duplicates import JANE, TYPO, pair_of, rows, sent
from tests.integration.test_pipeline import claim
from tests.workflows.test_end_to_end import perfect

CHAINS = 5  # many more of them, longer ones too: tests/soak


@pytest.fixture(autouse=True)
def owners(engine):
    users_of(engine, *OWNERS)


@pytest.mark.parametrize("seed", range(CHAINS))
def test_after_a_chain_of_merges_taken_back_all_is_as_if_never_merged(api, engine, seed):
    chain = Chain(api, engine, seed)
    chain.run(12)
    chain.check()


def lead_of(api, contact_id):
    [lead] = api.get(f"/v1/contacts/{contact_id}").json["leads"]
    return lead["id"]


def edit(api, path, body):
    assert api.client.patch(path, json=body, headers=api.headers).status_code == 200


def merged(api, pair, keep):
    answer = api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": keep})
    assert answer.status_code == 200, answer.json
    return answer.json


def test_the_lead_with_the_owner_stays_open_with_what_both_have(api):
    pair, first, second = pair_of(
        api, JANE | {"message": "One", "tags": ["a"], "custom": {"x": 1, "y": 1}, "source": "web form"},
        TYPO | {"message": "Two", "tags": ["b"], "custom": {"x": 2, "z": 2}, "source": "csv import"})
    leads = {contact: lead_of(api, contact) for contact in (first, second)}
    edit(api, f"/v1/leads/{leads[second]}", {"owner": "nina@example.com"})
    answer = merged(api, pair, first)
    assert (answer["lead_id"], answer["archived_lead_id"]) == (leads[second], leads[first])
    lead = api.get(f"/v1/leads/{leads[second]}").json
    assert (lead["owner"], lead["message"], lead["tags"]) == ("nina@example.com", "Two\n\nOne", ["b", "a"])
    assert lead["custom"] == {"x": 2, "y": 1, "z": 2} and lead["source"] == "web form"


def test_without_owners_the_stronger_intent_stays_open(api):
    pair, first, second = pair_of(api, JANE | {"source": "csv import"}, TYPO | {"source": "demo request"})
    stronger = lead_of(api, second)
    assert merged(api, pair, first)["lead_id"] == stronger


def test_of_two_that_say_as_much_the_kept_contact_is_right(api):
    pair, first, _ = pair_of(api, JANE | {"city": "Leeds"}, TYPO | {"city": "York", "job_title": "CTO"})
    merged(api, pair, first)
    contact = api.get(f"/v1/contacts/{first}").json["fields"]
    assert (contact["city"], contact["job_title"], contact["last_name"]) == ("Leeds", "CTO", "Hollister")
    # What comes later is newer than both, whichever of the two says it.
    sent(api, TYPO | {"city": "Bern"})
    assert api.get(f"/v1/contacts/{first}").json["fields"]["city"] == "Bern"


def notified(engine, lead_id):
    return rows(engine, "SELECT state FROM notifications WHERE lead_id = %s ORDER BY id", lead_id)


@pytest.mark.parametrize("told", [True, False], ids=["told", "owed"])
def test_who_was_told_of_is_not_told_of_again(api, engine, told):
    pair, first, second = pair_of(api, JANE, TYPO)
    leads = {contact: lead_of(api, contact) for contact in (first, second)}
    edit(api, f"/v1/leads/{leads[first]}", {"owner": "nina@example.com"})
    with engine.database.write() as cursor:
        cursor.execute("UPDATE leads SET grade = 'hot', total_score = 9000, hot_changes = 1 WHERE id = %s",
                       (leads[second],))
        cursor.execute(
            "INSERT INTO notifications (kind, lead_id, hot_change, channel, recipient, dedupe_key, state,"
            " due_at) VALUES ('hot_lead', %s, 1, 'email', 'x', 'k1', %s, NULL)",
            (leads[second], "sent" if told else "owed"))
    assert merged(api, pair, first)["lead_id"] == leads[first]
    [lead] = rows(engine, "SELECT grade, hot_changes FROM leads WHERE id = %s", leads[first])
    assert (lead["grade"], lead["hot_changes"]) == ("hot", 0)  # scored as hot again, it is no change
    owed = notified(engine, leads[first])
    assert [row["state"] for row in owed] == ([] if told else ["owed"])
    api.post(f"/v1/contacts/{first}/unmerge", {"contact_id": second})
    [lead] = rows(engine, "SELECT grade FROM leads WHERE id = %s", leads[first])
    assert lead["grade"] is None
    assert [row["state"] for row in notified(engine, leads[second])] == ["sent" if told else "owed"]


def test_what_came_since_stays_where_it_belongs(api, engine):
    pair, first, second = pair_of(api, JANE, TYPO)
    merged(api, pair, first)
    sent(api, TYPO | {"message": "From the second", "source": "web form", "custom": {"q": 1}})
    edit(api, f"/v1/contacts/{first}", {"city": "Bern"})
    answer = api.post(f"/v1/contacts/{first}/unmerge", {"contact_id": second})
    assert answer.status_code == 200, answer.json
    one, other = (api.get(f"/v1/leads/{answer.json[name]}").json for name in ("kept_lead_id", "lead_id"))
    assert (one["message"], other["message"]) == (None, "From the second") and other["custom"] == {"q": 1}
    assert one["contact"]["city"] == "Bern" and other["contact"]["city"] == "Leeds"
    assert [event["type"] for event in other["events"]] == ["form_submit"] and one["events"] == []
    assert (one["status"], other["status"]) == ("new", "new")
    # They are two people: the pair is not brought up again, and each is known by their own address.
    assert [row["id"] for row in api.get("/v1/duplicates?state=dismissed").json["data"]] == [pair["id"]]
    assert [row["contact_id"] for row in sent(api, JANE, TYPO)] == [first, second]
    assert rows(engine, "SELECT 1 FROM merges") == []


def test_an_earlier_merge_is_taken_back_and_the_later_one_stays(api, engine):
    leads = [JANE | {"email": f"jane.hollister{n}@brightwater.example", "tags": [f"t{n}"]} for n in range(3)]
    a, b, c = (row["contact_id"] for row in sent(api, *leads))
    for lost in (b, c):
        left, right = sorted((a, lost))
        with engine.database.write() as cursor:
            cursor.execute("INSERT INTO duplicates (left_id, right_id, score, reasons)"
                           " VALUES (%s, %s, 1, '[]') RETURNING id::text AS id", (left, right))
            pair = cursor.fetchone()
        merged(api, pair, a)
    answer = api.post(f"/v1/contacts/{a}/unmerge", {"contact_id": b}).json
    assert {row["id"] for row in rows(engine, "SELECT id::text AS id FROM contacts")} == {a, b}
    assert api.get(f"/v1/leads/{answer['lead_id']}").json["tags"] == ["t1"]
    assert [row["lost"] for row in rows(engine, "SELECT lost_id::text AS lost FROM merges")] == [c]


def test_what_people_say_as_they_said_of_the_other_is_said_of_the_kept_one(api):
    pair, first, second = pair_of(api, JANE | {"city": "Leeds"}, TYPO)
    edit(api, f"/v1/contacts/{second}", {"city": "Rome"})
    merged(api, pair, first)
    edit(api, f"/v1/contacts/{first}", {"city": "Rome"})
    assert api.post(f"/v1/contacts/{first}/unmerge", {"contact_id": second}).status_code == 200
    assert {api.get(f"/v1/contacts/{one}").json["fields"]["city"] for one in (first, second)} == {"Rome"}


@pytest.mark.parametrize("which", ["kept", "stranger"])
def test_who_was_not_merged_cannot_be_taken_out(api, which):
    pair, first, second = pair_of(api, JANE, TYPO)
    answer = api.post(f"/v1/contacts/{first}/unmerge", {"contact_id": second})
    assert answer.status_code == 404
    merged(api, pair, first)
    wrong = (second, first) if which == "kept" else (first, first)
    answer = api.post(f"/v1/contacts/{wrong[0]}/unmerge", {"contact_id": wrong[1]})
    assert answer.status_code == 404


def test_an_erasure_reaches_who_was_merged(api, engine):
    pair, first, _ = pair_of(api, JANE, TYPO)
    merged(api, pair, first)
    assert api.client.delete(f"/v1/contacts/{first}", headers=api.headers).status_code == 204
    assert rows(engine, "SELECT 1 FROM provenance WHERE entity_kind = 'contact'") == []
    assert rows(engine, "SELECT 1 FROM merges") == [] == rows(engine, "SELECT 1 FROM contact_identities")
    assert [row["outcome"] for row in sent(api, JANE, TYPO)] == ["suppressed", "suppressed"]


def test_what_the_sandbox_invented_makes_no_pair(api, engine):
    first, second = (row["contact_id"] for row in sent(
        api, {"email": "jane@brightwater.example"}, {"email": "omar@brightwater.example"}))
    with engine.database.write() as cursor:
        for contact in (first, second):
            cursor.execute(
                "UPDATE contacts SET first_name = 'Sandy', last_name = 'Box', phone = '+4930901820'"
                " WHERE id = %s", (contact,))
            cursor.execute(
                "INSERT INTO provenance SELECT 'contact', %s, 'hunter', jsonb_object_agg(field,"
                " jsonb_build_object('value', 'x', 'confidence', 1, 'sandbox', true, 'observed_at', now()))"
                " FROM unnest(ARRAY['first_name', 'last_name', 'phone']) AS field", (contact,))
    while api.post("/v1/duplicates/find").json["more"]:
        pass
    assert api.get("/v1/duplicates").json["data"] == []


BOX = {"email": "jane@brightwater.example", "source": "web form"}


def test_who_intake_took_for_another_is_split_off(api, engine):
    first = sent(api, BOX | {"full_name": "Jane Hollister", "message": "Hello", "tags": ["a"]})[0]
    sent(api, BOX | {"phone": "+49 30 901820", "message": "By phone please", "tags": ["b"],
                     "custom": {"budget": 5}, "linkedin_url": "https://www.linkedin.com/in/omar"})
    person = first["contact_id"]
    submissions = api.get(f"/v1/contacts/{person}/origins").json["submissions"]
    assert [row["full_name"] for row in submissions] == [None, "Jane Hollister"]
    answer = api.post(f"/v1/contacts/{person}/unmerge", {"submission_ids": [submissions[0]["id"]]})
    assert answer.status_code == 200, answer.json
    other = answer.json["contact_id"]
    one, two = (api.get(f"/v1/leads/{answer.json[name]}").json for name in ("kept_lead_id", "lead_id"))
    assert (one["message"], one["tags"], one["custom"]) == ("Hello", ["a"], {})
    assert (two["message"], two["tags"], two["custom"]) == ("By phone please", ["b"], {"budget": 5})
    assert one["contact"].get("phone") is None and two["contact"]["phone"] == "+4930901820"
    assert one["contact"]["full_name"] == "Jane Hollister" and two["contact"].get("full_name") is None
    assert [event["type"] for event in one["events"]] == [event["type"] for event in two["events"]] == [
        "form_submit"]
    keys = rows(engine, "SELECT contact_id::text AS id, kind FROM contact_identities")
    assert {(row["id"], row["kind"]) for row in keys} == {
        (person, "email"), (other, "email"), (other, "linkedin")}
    # Each is known again by name, or by having none.
    again = sent(api, BOX | {"full_name": "Jane Hollister"}, BOX | {"tags": ["c"]})
    assert [row["contact_id"] for row in again] == [person, other]
    assert len(api.get("/v1/duplicates?state=dismissed").json["data"]) == 1


def unsubscribed(api, *contact_ids):
    return [not api.get(f"/v1/contacts/{each}").json["may_email"] for each in contact_ids]


def test_what_a_shared_mailbox_refused_holds_for_both_after_a_merge_is_taken_back(api):
    first, second = (row["contact_id"] for row in sent(
        api, BOX | {"full_name": "Jane Hollister"}, BOX | {"full_name": "Omar Haddad"}))
    [pair] = api.get("/v1/duplicates").json["data"]
    merged(api, pair, first)
    assert api.post("/v1/events", {"events": [
        {"email": BOX["email"], "type": "unsubscribe"}]}).status_code == 202
    assert api.post(f"/v1/contacts/{first}/unmerge", {"contact_id": second}).status_code == 200
    assert unsubscribed(api, first, second) == [True, True]


def test_what_a_shared_mailbox_refused_holds_for_who_is_split_off(api):
    [row] = sent(api, BOX | {"full_name": "Jane Hollister"})
    sent(api, BOX | {"phone": "+49 30 901820"})
    assert api.post("/v1/events", {"events": [
        {"email": BOX["email"], "type": "unsubscribe"}]}).status_code == 202
    path = f"/v1/contacts/{row['contact_id']}"
    newest, _ = api.get(f"{path}/origins").json["submissions"]
    other = api.post(f"{path}/unmerge", {"submission_ids": [newest["id"]]}).json["contact_id"]
    assert unsubscribed(api, row["contact_id"], other) == [True, True]


def test_only_some_of_the_contacts_own_submissions_can_be_split_off(api):
    [row] = sent(api, BOX)
    path = f"/v1/contacts/{row['contact_id']}"
    [own] = api.get(f"{path}/origins").json["submissions"]
    for body in ({"submission_ids": [own["id"]]}, {"submission_ids": [row["lead_id"]]}, {},
                 {"submission_ids": [own["id"]], "contact_id": row["contact_id"]}):
        assert api.post(f"{path}/unmerge", body).status_code == 422, body


def test_viewers_see_no_names_in_origins_and_take_nothing_apart(app, api):
    [row] = sent(api, BOX | {"full_name": "Jane Hollister"})
    reader = Api(app.test_client(), "reader")
    shown = reader.get(f"/v1/contacts/{row['contact_id']}/origins")
    assert shown.status_code == 200 and "ollister" not in shown.text and "jane@" not in shown.text
    body = {"contact_id": row["contact_id"]}
    assert reader.post(f"/v1/contacts/{row['contact_id']}/unmerge", body).status_code == 403


def test_what_either_refused_is_refused_while_they_are_one_and_each_has_their_own_after(api, engine):
    pair, first, second = pair_of(api, JANE | {"source": "web form"}, TYPO | {"source": "web form"})
    sent(api, TYPO | {"source": "web form", "refused": {"phone": True}})
    merged(api, pair, first)
    assert api.get(f"/v1/contacts/{first}").json["refused"].get("phone")
    api.post("/v1/events", {"events": [{"type": "unsubscribe", "email": TYPO["email"], "event_id": "u1"}]})
    answer = api.post(f"/v1/contacts/{first}/unmerge", {"contact_id": second})
    assert answer.status_code == 200, answer.json
    one, other = (api.get(f"/v1/contacts/{contact}").json["refused"] for contact in (first, second))
    assert not one.get("phone") and other["phone"] and other["marketing_email"]


def vouched(engine, account, *leads):
    """Leads of which an account vouches for the ids."""
    return intake.take_in(engine, intake.read(engine, leads, account=account), client="tests", lane="bulk")


def external(engine):
    return {(row["id"], row["value"]) for row in rows(
        engine, "SELECT contact_id::text AS id, value FROM contact_identities WHERE kind = 'external'")}


def test_another_systems_id_goes_with_whose_submission_brought_it(api, engine):
    jane = BOX | {"full_name": "Jane Hollister"}
    [one] = vouched(engine, "import:crm", jane | {"external_ids": {"hubspot": "1"}})
    # The same number of another account, and one more, with a submission that is somebody else's.
    vouched(engine, "source:k", BOX | {
        "phone": "+49 30 901820", "external_ids": {"hubspot": "1", "apollo": "7"}})
    first = one["contact_id"]
    newest, _ = api.get(f"/v1/contacts/{first}/origins").json["submissions"]
    answer = api.post(f"/v1/contacts/{first}/unmerge", {"submission_ids": [newest["id"]]})
    other = answer.json["contact_id"]
    assert external(engine) == {
        (first, "import:crm:hubspot:1"), (other, "source:k:hubspot:1"), (other, "source:k:apollo:7")}


def test_so_it_does_when_a_merge_is_taken_back(api, engine):
    pair, first, second = pair_of(api, JANE, TYPO)
    vouched(engine, "import:crm", TYPO | {"external_ids": {"hubspot": "1"}})
    merged(api, pair, first)
    vouched(engine, "import:crm", TYPO | {"external_ids": {"apollo": "2"}},
            JANE | {"external_ids": {"apollo": "3"}})
    assert api.post(f"/v1/contacts/{first}/unmerge", {"contact_id": second}).status_code == 200
    assert external(engine) == {(second, "import:crm:hubspot:1"), (second, "import:crm:apollo:2"),
                                (first, "import:crm:apollo:3")}


def scored(api):
    """The grades that a run gives, and how many are told."""
    batch = claim(api, lane="interactive")
    told = api.step(batch, "score").json["results"]
    sent_now = api.step(batch, "notify").json["sent"]
    assert api.step(batch, "complete").status_code == 200
    return {row["lead_id"]: row["grade"] for row in told}, sent_now


@pytest.mark.parametrize("keep_test", [True, False], ids=["test-kept", "real-kept"])
def test_a_test_lead_makes_nobody_hot(api, engine, keep_test):
    """Its grade and what was done in it count for nobody in earnest, who is told of at their own time."""
    real, test = perfect("real") | {"source": "csv import"}, perfect("test") | {
        "custom": {"is_test": True, "request": "demo"}, "source": "web form"}
    one, other = (row["contact_id"] for row in sent(api, real, test))
    grades, told = scored(api)
    leads = {contact: lead_of(api, contact) for contact in (one, other)}
    assert (grades[leads[other]], grades[leads[one]] == "hot", told) == ("hot", False, 0)
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO duplicates (left_id, right_id, score, reasons) VALUES (%s, %s, 1, '[]')"
                       " RETURNING id::text AS id", sorted((one, other)))
        pair = cursor.fetchone()
    assert merged(api, pair, other if keep_test else one)["lead_id"] == leads[one]
    assert rows(engine, "SELECT grade FROM leads WHERE id = %s", leads[one])[0]["grade"] != "hot"
    grades, told = scored(api)
    assert grades[leads[one]] != "hot" and told == 0
    assert rows(engine, "SELECT 1 FROM notifications") == []
    sent(api, real | {"source": "demo form"})
    grades, _ = scored(api)
    assert grades[leads[one]] == "hot"
    assert rows(engine, "SELECT hot_changes FROM leads WHERE id = %s", leads[one]) == [{"hot_changes": 1}]

"""The review of duplicates: found, told, dismissed, merged; nothing lost on the way."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from psycopg2.extras import Json

from local import programs
from sidecar.cli import main
from sidecar.ids import new_id
from sidecar.services import duplicates
from sidecar.store.database import many
from tests.integration.conftest import Api
from tests.integration.test_pipeline import answer_all, claim

JANE = {"email": "jane.hollister@brightwater.example", "first_name": "Jane", "last_name": "Hollister",
        "company_name": "Brightwater Pumps", "city": "Leeds", "country": "GB"}
TYPO = {"first_name": "Jane", "last_name": "Holister", "company_name": "Brightwater Pumps",
        "email": "jane.holister@brightwater.example", "city": "Leeds", "country": "GB"}
OTHER = {"email": "omar.haddad@brightwater.example", "first_name": "Omar", "last_name": "Haddad",
         "company_name": "Brightwater Pumps", "city": "Leeds", "country": "GB"}


def sent(api, *leads):
    answer = api.post("/v1/leads", {"leads": list(leads)})
    assert answer.status_code == 202, answer.json
    return answer.json["results"]


def found(api):
    """The open pairs after a whole search, as sets of contact ids."""
    while api.post("/v1/duplicates/find").json["more"]:
        pass
    return api.get("/v1/duplicates").json["data"]


def sides(pair):
    return {pair["left"]["id"], pair["right"]["id"]}


def pair_of(api, *leads):
    """(the pair, contact id of the first lead, of the second)."""
    first, second = sent(api, *leads)
    pairs = found(api)
    assert len(pairs) == 1, pairs
    return pairs[0], first["contact_id"], second["contact_id"]


def rows(engine, sql, *params):
    with engine.database.write() as cursor:
        return many(cursor, sql, params)


@pytest.mark.parametrize("second", [
    TYPO,
    JANE | {"email": "jhollister@mail.example", "first_name": "Hollister", "last_name": "Jane"},
    JANE | {"email": "jane@brightwater.example", "city": None, "country": None},
], ids=["typo", "swapped names", "same company"])
def test_who_came_in_twice_is_found_with_reasons(api, second):
    pair, one_id, other_id = pair_of(api, JANE, {k: v for k, v in second.items() if v})
    assert sides(pair) == {one_id, other_id}
    assert 0.5 <= pair["score"] <= 1 and pair["reasons"] and pair["state"] == "open"
    assert {pair["left"]["first_name"], pair["right"]["first_name"]} <= {"Jane", "Hollister"}
    assert pair["left"]["organization"]["name"] == "Brightwater Pumps"


def test_a_colleague_is_nobody_else(api):
    sent(api, JANE, OTHER)
    assert found(api) == []


def test_a_search_goes_on_where_the_last_one_ended(api):
    sent(api, JANE, OTHER)
    found(api)
    assert api.post("/v1/duplicates/find").json == {"checked": 0, "found": 0, "more": False}
    sent(api, TYPO)
    assert api.post("/v1/duplicates/find").json == {"checked": 1, "found": 1, "more": False}


def test_a_step_without_time_does_nothing_and_says_that_there_is_more(api, engine):
    sent(api, JANE, TYPO)
    assert duplicates.find(engine, seconds=0) == {"checked": 0, "found": 0, "more": True}


def test_a_changed_contact_is_compared_again(api, engine):
    sent(api, JANE, OTHER | {"first_name": "", "last_name": ""})
    assert found(api) == []
    sent(api, OTHER | {"first_name": "Jane", "last_name": "Hollister"})
    assert len(found(api)) == 1


def test_a_key_that_everybody_shares_brings_nobody_together(api, engine, monkeypatch):
    sent(api, JANE, TYPO)
    monkeypatch.setattr(duplicates, "_BLOCK", 1)
    assert found(api) == []


def test_searches_side_by_side_enter_each_pair_once(api, engine, monkeypatch):
    monkeypatch.setattr(duplicates, "_BATCH", 3)
    people = ["Ada Lovett", "Grace Marsh", "Alan Kirby", "Edsger Vries", "Barbara Lisk", "Tony Hoare"]
    leads = [
        {"email": f"{mailbox}@firm{number}.example", "full_name": name, "company_name": f"Firm {number}"}
        for number, name in enumerate(people)
        for mailbox in (name.replace(" ", ".").lower(), name.split()[1].lower())
    ]
    sent(api, *leads)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: duplicates.find(engine, seconds=60), range(3)))
    pairs = {frozenset(sides(pair)) for pair in found(api)}
    by_company = rows(engine, "SELECT array_agg(id::text) AS ids FROM contacts GROUP BY org_id")
    assert {frozenset(row["ids"]) for row in by_company} <= pairs
    assert len(pairs) == len(rows(engine, "SELECT 1 FROM duplicates"))


def test_what_was_dismissed_stays_dismissed(api, engine):
    pair, *_ = pair_of(api, JANE, TYPO)
    for _ in range(2):
        answer = api.post(f"/v1/duplicates/{pair['id']}/dismiss")
        assert (answer.status_code, answer.json["state"]) == (200, "dismissed")
    sent(api, JANE | {"job_title": "CEO"})  # a change, compared again
    assert found(api) == []
    assert list(duplicates.preview(engine)) == []
    assert [row["id"] for row in api.get("/v1/duplicates?state=dismissed").json["data"]] == [pair["id"]]
    answer = api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": pair["left"]["id"]})
    assert (answer.status_code, answer.json["code"]) == (409, "conflict")


def test_the_list_comes_in_pages(api):
    sent(api, *(JANE | {"email": f"jane.hollister{n}@brightwater.example"} for n in range(3)))
    everything = [pair["id"] for pair in found(api)]
    assert len(everything) == 3
    page = api.get("/v1/duplicates?limit=2").json
    rest = api.get(f"/v1/duplicates?limit=2&cursor={page['next']}").json
    assert [pair["id"] for pair in page["data"] + rest["data"]] == everything and rest["next"] is None


def test_viewers_see_masked_contacts_and_decide_nothing(app, api):
    pair, one_id, _ = pair_of(api, JANE, TYPO)
    reader = Api(app.test_client(), "reader")
    shown = reader.get("/v1/duplicates")
    assert "ollister" not in shown.text and "olister" not in shown.text
    assert shown.json["data"][0]["masked"] is True
    assert shown.json["data"][0]["left"]["email"] == "j…@brightwater.example"
    assert reader.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": one_id}).status_code == 403
    assert reader.post(f"/v1/duplicates/{pair['id']}/dismiss").status_code == 403
    assert reader.post("/v1/duplicates/find").status_code == 403


CLAIM = {"confidence": 1.0, "observed_at": "2026-11-02T09:00:00+00:00"}
# Tables that a merge does not keep row by row: the search's own notes, made anew from the contact.
NOTES = {("contact_blocks", "contact_id"), ("contact_checks", "contact_id")}
# Where a contact's id stands without a foreign key: table -> (column, kind column).
# It stays with the person whom it is about, whatever contact that one is now; so does what an import can be
# undone by, and what its undo left.
STAYS = {(table, "person_id") for table in ("contact_identities", "events", "intake", "refusals")} | {
    (table, "entity_id") for table in ("import_changes", "import_kept")}
UNBOUND = {"provenance": ("entity_id", "entity_kind"), "provider_calls": ("subject_id", "subject_kind"),
           "provider_cache": ("subject_id", "subject_kind")}


def references(engine):
    """Every (table, column) that refers to contacts by a foreign key, and those of UNBOUND."""
    found = rows(
        engine,
        "SELECT k.table_name, k.column_name FROM information_schema.referential_constraints r"
        " JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name)"
        " JOIN information_schema.table_constraints t"
        "   ON t.constraint_schema = r.unique_constraint_schema"
        "  AND t.constraint_name = r.unique_constraint_name WHERE t.table_name = 'contacts'")
    return {(row["table_name"], row["column_name"]) for row in found} | {
        (table, column) for table, (column, _) in UNBOUND.items()}


def held(engine, contact_ids):
    """How many rows of each (table, column) belong to these contacts."""
    return {
        (table, column): rows(engine, f"SELECT count(*) AS n FROM {table} WHERE {column} = ANY(%s::uuid[])",
                              list(contact_ids))[0]["n"]
        for table, column in references(engine)
    }


def test_of_one_answer_that_is_held_for_both_what_was_decided_counts(api, engine):
    pair, first, second = pair_of(api, JANE, TYPO)
    with engine.database.write() as cursor:
        for contact, state in ((first, "held"), (second, "rejected")):
            cursor.execute(
                "INSERT INTO held_answers (contact_id, provider, operation, request_key, code, state, record,"
                " fetched_at) VALUES (%s, 'hunter', 'x', 'k', 'name', %s, '', now())", (contact, state))
    assert api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": first}).status_code == 200
    assert rows(engine, "SELECT contact_id::text AS id, state FROM held_answers") == [
        {"id": first, "state": "rejected"}]


def test_every_column_that_may_hold_a_contact_is_known_here(engine):
    """A new column that names a contact must be moved by a merge; then it is entered here."""
    named = rows(
        engine, "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type = 'uuid'"
        " AND (column_name LIKE '%%contact%%' OR column_name IN ('subject_id', 'entity_id', 'person_id'))")
    assert {(row["table_name"], row["column_name"]) for row in named} <= references(engine) | STAYS


@pytest.mark.parametrize("keep_first", [True, False])
def test_a_merge_keeps_every_row_of_both(api, engine, keep_first):
    more = {"source": "demo_request", "refused": {"phone": True}}
    pair, first, second = pair_of(api, JANE | more, TYPO | more)
    keep, lost = (first, second) if keep_first else (second, first)
    third = sent(api, OTHER)[0]["contact_id"]
    earlier = new_id()
    with engine.database.write() as cursor:
        for contact in (first, second):
            cursor.execute(
                "INSERT INTO provider_calls (provider, operation, request_key, subject_kind, subject_id,"
                " sandbox) VALUES ('hunter', 'x', %s, 'contact', %s, true)", (contact, contact))
            cursor.execute(
                "INSERT INTO provider_cache VALUES (%s, true, 'hunter', 'x', 'contact', %s, 'found', '',"
                " true, now(), now())", (contact, contact))
            cursor.execute(
                "INSERT INTO provenance VALUES ('contact', %s, %s, %s)",
                (contact, f"provider {contact}", Json({
                    "department": CLAIM | {"value": "sales", "confidence": 0.5}})))
            cursor.execute(
                "INSERT INTO held_answers (contact_id, provider, operation, request_key, code, record,"
                " fetched_at) VALUES (%s, 'hunter', 'x', %s, 'name', '', now())", (contact, contact))
            cursor.execute(
                "INSERT INTO employments (contact_id, organization_id, source)"
                " SELECT %s, id, 'hunter' FROM organizations LIMIT 1", (contact,))
            cursor.execute(
                "INSERT INTO privacy_statements (contact_id, kind, stated_by, stated_at)"
                " VALUES (%s, 'notice', 'tests', now())", (contact,))
            cursor.execute(
                "INSERT INTO contact_privacy (contact_id, ground, ground_by, standing, retention_from)"
                " VALUES (%s, 'legitimate_interest', 'rule', 'open', now())", (contact,))
        # Another pair of the lost contact, and a contact that was merged into it earlier.
        cursor.execute("INSERT INTO duplicates (left_id, right_id, score, reasons) VALUES"
                       " (least(%s::uuid, %s::uuid), greatest(%s::uuid, %s::uuid), 0.6, '[]')",
                       (lost, third, lost, third))
        cursor.execute("INSERT INTO merges (duplicate_id, kept_id, lost_id, score, reasons, snapshot, actor)"
                       " VALUES (%s, %s, %s, 1, '[]', '', 'x')", (new_id(), lost, earlier))
        leads = {row["id"] for row in many(
            cursor, "SELECT id::text AS id FROM leads WHERE contact_id IN (%s, %s)", (first, second))}
    before = held(engine, [first, second])

    answer = api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": keep})
    assert answer.status_code == 200, answer.json
    assert (answer.json["kept_id"], answer.json["lost_id"]) == (keep, lost)

    # What was said of the lost one stays under its id. The pair itself is decided; this merge is entered.
    after, gone = held(engine, [keep]), held(engine, [lost])
    said = gone.pop(("provenance", "entity_id"))
    assert said and not any(gone.values()), gone
    before[("provenance", "entity_id")] -= said
    duplicates_before = sum(before.pop(("duplicates", side)) for side in ("left_id", "right_id"))
    assert sum(after.pop(("duplicates", side)) for side in ("left_id", "right_id")) == duplicates_before - 2
    before[("merges", "kept_id")] += 1
    worked_out = ("contact_privacy", "contact_id")  # of a contact as it is
    assert (before.pop(worked_out), after.pop(worked_out)) == (2, 1)
    assert all(before.values()), f"nothing to lose in {[name for name, n in before.items() if not n]}"
    assert {name: n for name, n in after.items() if name not in NOTES} == {
        name: n for name, n in before.items() if name not in NOTES}
    assert {row["id"] for row in rows(
        engine, "SELECT id::text AS id FROM leads WHERE contact_id = %s", keep)} == leads

    merged = rows(engine, "SELECT kept_id::text AS kept, snapshot FROM merges WHERE lost_id = %s", lost)[0]
    snapshot = engine.vault.open(merged["snapshot"])
    assert merged["kept"] == keep and snapshot["lost"]["id"] == lost
    assert snapshot["moved"]["leads"] and snapshot["moved"]["events"] and snapshot["pairs"]
    assert b"ollister" not in bytes(merged["snapshot"])
    assert rows(engine, "SELECT kept_id::text AS kept FROM merges WHERE lost_id = %s", earlier) == [
        {"kept": keep}]
    audit = rows(engine, "SELECT actor, after FROM audit_log WHERE action = 'contact.merged'"
                 " AND entity_id = %s", keep)
    assert audit[0]["actor"] == "tests" and audit[0]["after"]["lost_id"] == lost


def test_the_older_open_lead_stays_and_the_other_is_archived_with_history(api, engine):
    first, second = sent(api, JANE) + sent(api, TYPO)
    pair = found(api)[0]
    answer = api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": second["contact_id"]}).json
    assert (answer["lead_id"], answer["archived_lead_id"]) == (first["lead_id"], second["lead_id"])
    kept, archived = (api.get(f"/v1/leads/{row['lead_id']}").json for row in (first, second))
    assert (kept["status"], kept["stage"]) == ("new", "queued")
    assert (archived["status"], archived["stage"]) == ("archived", "done")
    assert kept["contact"]["id"] == archived["contact"]["id"] == second["contact_id"]
    assert rows(engine, "SELECT from_status, to_status, changed_by FROM lead_status_history"
                " WHERE lead_id = %s", second["lead_id"]) == [
        {"from_status": "new", "to_status": "archived", "changed_by": "tests"}]
    # Both addresses are this person's now.
    again = sent(api, JANE, TYPO)
    assert {row["lead_id"] for row in again} == {first["lead_id"]}
    assert {row["contact_id"] for row in again} == {second["contact_id"]}


def test_the_values_that_win_are_those_of_both_contacts_claims(api, engine):
    pair, first, second = pair_of(
        api, JANE | {"phone": "+44 113 496 0001", "country": "GB"}, TYPO | {"job_title": "Head of Sales"})
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO provenance VALUES ('contact', %s, 'ada', %s)", (second, Json({
            "city": CLAIM | {"value": "York", "locked": True}})))
    assert api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": first}).status_code == 200
    contact = rows(engine, "SELECT * FROM contacts WHERE id = %s", first)[0]
    assert contact["phone"] == "+441134960001" and contact["phone_country"] == "GB"
    assert contact["job_title"] == "Head of Sales"
    assert contact["city"] == "York"  # a person's word
    assert contact["email_canonical"] == contact["email"]


def test_a_withdrawn_consent_wins(api, engine):
    pair, first, _ = pair_of(
        api, JANE | {"consent": {"newsletter": True, "phone": True}},
        TYPO | {"consent": {"newsletter": False}})
    assert api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": first}).status_code == 200
    assert rows(engine, "SELECT consent FROM contacts WHERE id = %s", first)[0]["consent"] == {
        "newsletter": False, "phone": True}


def test_who_is_not_the_lost_one_is_not_the_kept_one_either(api):
    sent(api, *(JANE | {"email": f"jane.hollister{n}@brightwater.example"} for n in range(3)))
    pairs = found(api)
    dismissed, merged, third = pairs
    assert api.post(f"/v1/duplicates/{dismissed['id']}/dismiss").status_code == 200
    keep = (sides(merged) & sides(third)).pop()
    assert api.post(f"/v1/duplicates/{merged['id']}/merge", {"keep": keep}).status_code == 200
    assert found(api) == []


def test_of_two_merges_at_once_one_is_refused(app, api, engine):
    pair, first, second = pair_of(api, JANE, TYPO)

    def merge(keep):
        return app.test_client().post(
            f"/v1/duplicates/{pair['id']}/merge", json={"keep": keep}, headers=api.headers)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(merge, (first, second)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    done, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert refused.json["merged_into"] == done.json["kept_id"]
    assert len(rows(engine, "SELECT 1 FROM contacts")) == 1
    dismiss = api.post(f"/v1/duplicates/{pair['id']}/dismiss")
    assert (dismiss.status_code, dismiss.json["merged_into"]) == (409, done.json["kept_id"])


def test_leads_that_come_in_during_a_merge_find_the_kept_contact(app, api, engine):
    pair, first, _ = pair_of(api, JANE, TYPO)

    def send(number):
        lead = (JANE, TYPO)[number % 2] | {"tags": [f"n{number}"]}
        return app.test_client().post("/v1/leads", json=lead, headers=api.headers).status_code

    def merge():
        return app.test_client().post(
            f"/v1/duplicates/{pair['id']}/merge", json={"keep": first}, headers=api.headers).status_code

    with ThreadPoolExecutor(3) as pool:
        merging = pool.submit(merge)
        assert set(pool.map(send, range(12))) == {202}
        assert merging.result() == 200
    assert rows(engine, "SELECT id::text AS id FROM contacts") == [{"id": first}]


def test_a_merge_in_the_midst_of_a_batch_loses_no_answer(api, engine):
    pair, first, second = pair_of(api, JANE, TYPO)
    batch = claim(api)
    api.step(batch, "plan")
    assert api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": first}).status_code == 200
    answer_all(api, batch)
    for step in ("apply", "score", "notify", "complete"):
        assert api.step(batch, step).status_code == 200, step
    asked = rows(engine, "SELECT subject_id::text AS id FROM provider_calls WHERE subject_kind = 'contact'")
    assert asked and {row["id"] for row in asked} == {first}
    assert rows(engine, "SELECT 1 FROM provenance WHERE entity_id = %s AND source <> 'lead'", second) == []
    assert rows(engine, "SELECT 1 FROM provenance WHERE entity_id = %s AND source <> 'lead'", first)
    assert rows(engine, "SELECT 1 FROM provider_cache WHERE NOT applied") == []


def test_a_pair_whose_contact_is_gone_is_not_there(api, engine):
    pair, first, second = pair_of(api, JANE, TYPO)
    with engine.database.write() as cursor:
        cursor.execute("DELETE FROM contacts WHERE id = %s", (second,))
    for step, body in (("merge", {"keep": first}), ("dismiss", {})):
        answer = api.post(f"/v1/duplicates/{pair['id']}/{step}", body)
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("body", [{}, {"keep": "me"}, {"keep": new_id()}, {"keep": None}])
def test_only_one_of_the_pair_can_be_kept(api, body):
    pair, *_ = pair_of(api, JANE, TYPO)
    answer = api.post(f"/v1/duplicates/{pair['id']}/merge", body)
    assert answer.status_code == 422 and answer.json["errors"][0]["pointer"] == "/keep"


def test_the_command_tells_pairs_and_enters_them_only_when_asked(api, engine, services):
    environ = programs.sidecar_environment(services)
    first, second, _ = sent(api, JANE, TYPO, OTHER)
    told = []
    for options in (["--dry-run"], ["--dry-run"], []):
        result = CliRunner().invoke(main, ["dedupe", *options], env=environ)
        assert result.exit_code == 0, result.output
        told.append([json.loads(line) for line in result.stdout.splitlines()])
        if options:
            assert rows(engine, "SELECT 1 FROM duplicates") == []
    assert told[0] == told[1] == told[2]
    assert {told[0][0]["left_id"], told[0][0]["right_id"]} == {first["contact_id"], second["contact_id"]}
    assert told[0][0]["score"] >= 0.5 and told[0][0]["reasons"]
    assert len(api.get("/v1/duplicates").json["data"]) == 1
    assert len(rows(engine, "SELECT 1 FROM contacts")) == 3


def test_options_of_a_file_need_one(services):
    environ = programs.sidecar_environment(services)
    result = CliRunner().invoke(main, ["dedupe", "--region", "GB"], env=environ)
    assert result.exit_code == 2 and "FILE" in result.output


def test_what_was_dismissed_is_open_again(api):
    pair, *_ = pair_of(api, JANE, TYPO)
    assert api.get("/v1/duplicates").json["total"] == 1
    path = f"/v1/duplicates/{pair['id']}"
    api.post(f"{path}/dismiss")
    assert api.get("/v1/duplicates").json["total"] == 0
    assert api.post(f"{path}/reopen").json == {"id": pair["id"], "state": "open"}
    assert api.post(f"{path}/reopen").status_code == 200
    [again] = api.get("/v1/duplicates").json["data"]
    assert (again["id"], again["decided_by"], again["decided_at"]) == (pair["id"], None, None)


def test_a_merge_is_seen_before_and_nothing_is_kept_of_that(api, app, engine):
    pair, one_id, other_id = pair_of(
        api, JANE | {"phone": "+442079460958"}, TYPO | {"job_title": "Head of IT"})
    before = rows(engine, "SELECT to_jsonb(c) AS row FROM contacts c ORDER BY id")
    path = f"/v1/duplicates/{pair['id']}/preview?keep="
    seen = api.get(path + one_id).json
    assert (seen["kept_id"], seen["lost_id"]) == (one_id, other_id)
    fields = seen["contact"]["fields"]
    assert (fields["job_title"], fields["phone"]) == ("Head of IT", "+442079460958")
    assert seen["lead"]["id"] == seen["lead_id"] != seen["archived_lead_id"]
    assert api.get(path + other_id).json["kept_id"] == other_id
    assert api.get(path + pair["id"]).status_code == 422
    assert rows(engine, "SELECT to_jsonb(c) AS row FROM contacts c ORDER BY id") == before
    assert rows(engine, "SELECT count(*) AS n FROM audit_log WHERE action = 'contact.merged'"
                        " AND entity_id = %s", one_id) == [{"n": 0}]
    masked = Api(app.test_client(), "reader").get(path + one_id).json
    assert "Hollister" not in str(masked)
    api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": one_id})
    made = api.get(f"/v1/contacts/{one_id}").json["fields"]
    assert made == fields
    assert api.get(path + one_id).status_code == 409


def test_a_merge_that_is_taken_back_can_be_reviewed_again(api):
    pair, one_id, other_id = pair_of(api, JANE, TYPO)
    api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": one_id})
    api.post(f"/v1/contacts/{one_id}/unmerge", {"contact_id": other_id})
    assert api.post(f"/v1/duplicates/{pair['id']}/reopen").status_code == 200
    assert [row["id"] for row in api.get("/v1/duplicates").json["data"]] == [pair["id"]]

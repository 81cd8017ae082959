"""Links in messages: they act once, for whom they were sent to, without a sign-in."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from sidecar.pipeline.telling import digest, unsubscribe_token
from tests.integration.boards import Board, Paper, person, told_by, until_quiet
from tests.integration.test_handlings import state
from tests.integration.test_telling import hot_lead, rows, sql, told


@pytest.fixture
def paper(engine, api):
    return Paper(buttons=False)


@pytest.fixture
def by_paper(engine, paper, app, monkeypatch):
    made = told_by(engine, paper)
    monkeypatch.setitem(app.extensions, "engine", made)
    return made


@pytest.fixture
def dana(engine):
    return person(engine, "Dana", [("paper", "D1", {})])


@pytest.fixture
def lead(api, by_paper, dana):
    run = hot_lead(api, by_paper, "linked", dana)
    told(by_paper, run)
    return run[1]


@pytest.fixture
def links(paper, lead):
    """Path of the link of each kind, below the API."""
    return {action["kind"]: "/v1" + re.sub(r"^https?://[^/]+", "", action["link"])
            for action in paper.out[0]["content"]["actions"]}


@pytest.fixture
def browser(app):
    return app.test_client()


def used(engine):
    return [row["used_at"] is not None for row in rows(engine, "SELECT used_at FROM take_links")]


def test_a_link_shows_what_it_would_do_and_does_nothing(engine, browser, lead, links):
    for kind, path in links.items():
        page = browser.get(path)
        assert page.status_code == 200 and "<button>" in page.text and "<script" not in page.text, kind
        assert "Quill" not in page.text, "it names nobody but the reader"
        assert "You are Dana." in page.text
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
    assert state(engine, lead) == ("new", "Dana", None) and used(engine) == [False]


def test_pressed_it_acts_once(engine, browser, lead, links):
    first, second = browser.post(links["claim"]), browser.post(links["claim"])
    until_quiet()
    assert (first.status_code, second.status_code) == (200, 410)
    assert "It is yours." in first.text
    assert "You took it already" in second.text and "<button>" not in second.text
    assert state(engine, lead) == ("working", "Dana", None) and used(engine) == [True]
    assert browser.get(links["snooze"]).status_code == 410, "one link, whatever it says"
    assert len(rows(engine, "SELECT FROM handlings")) == 1


@pytest.mark.parametrize(("kind", "status"), [("not_a_fit", "lost"), ("snooze", "new")])
def test_each_kind_does_what_it_says(engine, browser, lead, links, kind, status):
    assert browser.post(links[kind]).status_code == 200
    until_quiet()
    assert state(engine, lead)[0] == status
    assert rows(engine, "SELECT kind, channel FROM handlings") == [{"kind": kind, "channel": "paper"}]


def test_a_forged_link_is_refused(browser, links):
    for path in ("/v1/take/nonsense", links["claim"][:-1] + "A", "/v1/take/" + "x" * 500, "/v1/take/%00"):
        if path != links["claim"]:
            for answer in (browser.get(path), browser.post(path)):
                assert answer.status_code == 404, path
    assert browser.get(links["claim"] + "?do=nonsense").status_code == 422


def test_a_link_that_has_ended_is_refused(engine, app, browser, by_paper, lead, links, monkeypatch):
    monkeypatch.setitem(app.extensions, "engine", replace(
        by_paper, now=lambda: engine.now() + timedelta(days=7, minutes=1)))
    for answer in (browser.get(links["claim"]), browser.post(links["claim"])):
        assert answer.status_code == 410 and "has ended" in answer.text
    assert state(engine, lead)[0] == "new"


@pytest.mark.parametrize("change", ["disabled_at = now()", "role = 'viewer'"])
def test_the_link_of_who_left_or_may_see_nobody_is_refused(engine, browser, dana, lead, links, change):
    sql(engine, f"UPDATE users SET {change} WHERE id = %s", dana["id"])
    assert browser.post(links["claim"]).status_code == 410
    assert rows(engine, "SELECT FROM handlings") == []


def test_who_was_not_the_first_is_told_who_was(api, engine, app, browser, by_paper, paper, lead, links):
    person(engine, "Eli")
    sql(engine, "UPDATE users SET language = 'de' WHERE email = 'dana@example.com'")
    token = browser.post("/v1/auth/token", json={
        "grant_type": "password", "username": "eli@example.com", "password": "a long password"}).json
    took = browser.post(f"/v1/leads/{lead}/handlings", json={"kind": "claim"}, headers={
        "Authorization": f"Bearer {token['access_token']}"})
    assert took.json["verdict"] == "done"
    until_quiet()
    for answer in (browser.get(links["claim"]), browser.post(links["claim"])):
        assert answer.status_code == 409 and "<button>" not in answer.text
        assert "Eli hat ihn" in answer.text and 'lang="de"' in answer.text
    assert used(engine) == [False]


def test_of_many_presses_at_once_one_acts(engine, app, lead, links):
    start, statuses = threading.Barrier(4), []

    def one():
        client = app.test_client()
        start.wait()
        statuses.append(client.post(links["claim"]).status_code)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until_quiet()
    assert sorted(statuses) == [200, *[410] * 3]
    assert len(rows(engine, "SELECT FROM handlings")) == 1


def test_of_a_lead_that_was_merged_a_link_is_for_the_one_that_stays_open(
        api, engine, browser, dana, lead, links):
    [other] = api.post("/v1/leads", {"email": "pat@merged.example", "full_name": "Pat Quill"}).json["results"]
    sql(engine, "UPDATE leads SET status = 'working', owner_id = %s WHERE id = %s",
        dana["id"], other["lead_id"])
    linked = api.get(f"/v1/leads/{lead}").json["contact"]["id"]
    sql(engine, "INSERT INTO duplicates (left_id, right_id, score, reasons) VALUES (%s, %s, 0.9, '[]')",
        *sorted((linked, other["contact_id"])))
    [pair] = rows(engine, "SELECT id::text AS id FROM duplicates WHERE state = 'open'"
                          " AND %s IN (left_id::text, right_id::text)", linked)
    merged = api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": other["contact_id"]}).json
    assert (merged["lead_id"], merged["archived_lead_id"]) == (other["lead_id"], lead)
    page = browser.get(links["not_a_fit"])
    assert page.status_code == 200 and "<button>" in page.text
    assert browser.post(links["not_a_fit"]).status_code == 200
    until_quiet()
    assert state(engine, other["lead_id"])[0] == "lost"


def test_only_a_hash_of_a_link_is_kept(engine, links):
    token = links["claim"].rpartition("/")[2]
    assert len(token) == 43  # 256 bits
    [row] = rows(engine, "SELECT token_hash FROM take_links")
    assert bytes(row["token_hash"]) == digest(token)
    everything = rows(engine, "SELECT n::text AS n FROM notifications n")
    assert token not in str(everything)


def test_rooms_get_no_links_as_nobody_knows_who_would_press(api, engine, by_paper, paper):
    told(by_paper, hot_lead(api, by_paper, "roomy"))
    assert paper.recipients == ["sales"] and paper.out[0]["content"]["actions"] == []
    assert rows(engine, "SELECT FROM take_links") == []


# Mails that are stopped


@pytest.fixture
def stop(engine, by_paper):
    def path(user, kind):
        return f"/v1/unsubscribe/{unsubscribe_token(engine, user['id'], kind)}"
    return path


def kinds(engine, user):
    return {row["channel"]: set(row["kinds"]) for row in rows(
        engine, "SELECT channel, kinds FROM user_channels WHERE user_id = %s", user["id"])}


def test_mails_of_a_kind_are_stopped_by_one_click(engine, browser, stop):
    user = person(engine, "Dana", [("email", "dana@example.com", {})])
    asked = browser.get(stop(user, "digest"))
    assert asked.status_code == 200 and "<button>" in asked.text
    assert "digest" in kinds(engine, user)["email"]
    for _ in range(2):
        done = browser.post(stop(user, "digest"), data={"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200 and "no more daily digests" in done.text
    assert kinds(engine, user)["email"] == {"hot_lead", "reminder", "escalation"}
    assert browser.post(stop(user, "digest")[:-1] + "g").status_code == 404
    assert browser.get("/v1/unsubscribe/nonsense").status_code == 404


def test_who_never_chose_gets_no_digest_any_more(engine, browser, stop):
    user = person(engine, "Dana")
    browser.post(stop(user, "digest"))
    assert kinds(engine, user) == {"email": set()}


def test_mails_carry_the_address_that_stops_them(api, engine):
    class Mail(Board):
        name = "email"

    board = Mail()
    by_mail = told_by(engine, board)
    dana = person(engine, "Dana", [("email", "dana@example.com", {})])
    told(by_mail, hot_lead(api, by_mail, "mailed", dana))
    told(by_mail, hot_lead(api, by_mail, "roomy2"))
    own, general = board.out
    assert own["content"]["unsubscribe"]["link"].startswith(f"{engine.settings.public_url}/unsubscribe/")
    assert own["content"]["unsubscribe"]["one_click"] and general["content"]["unsubscribe"] is None

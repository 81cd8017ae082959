"""People before files: what nobody waits for lets them pass, and goes on whoever comes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from sidecar.pipeline import yielding
from sidecar.services import jobs
from tests.integration.test_pipeline import claim, lead, send


class Clock:
    """Time that passes by waiting; `at`: what happens when so many seconds have passed."""

    def __init__(self):
        self.now, self.at = 0.0, {}

    def sleep(self, seconds):
        self.now += seconds
        for moment in [moment for moment in self.at if moment <= self.now]:
            self.at.pop(moment)()


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(yielding, "sleep", clock.sleep)
    return clock


def finish(api, batch):
    assert api.step(batch, "let-go", **{"as": "done", "reason": "Nothing is to be asked."}).status_code == 200


def people_were_here(engine, seconds):
    """The last of them came so long ago."""
    with engine.database.write() as cursor:
        cursor.execute(
            "UPDATE batches SET created_at = created_at - %s WHERE lane = 'interactive'",
            (timedelta(seconds=seconds),))


def test_nothing_waits_when_no_person_comes(api, engine, clock):
    send(api, *(lead(i) for i in range(60)))
    yielding.give_way(engine, 2.0)
    assert clock.now == 0


def test_it_waits_for_three_times_what_it_worked_while_people_wait_and_ten_seconds_on(api, engine, clock):
    send(api, lead(1))
    yielding.give_way(engine, 1.0)
    assert clock.now == pytest.approx(3.0)
    batch = claim(api)
    people_were_here(engine, 8)
    yielding.give_way(engine, 1.0)
    assert clock.now == pytest.approx(6.0)
    people_were_here(engine, 8)
    yielding.give_way(engine, 1.0)  # the lead is at work
    assert clock.now == pytest.approx(9.0)
    finish(api, batch)
    yielding.give_way(engine, 1.0)
    assert clock.now == pytest.approx(9.0)


def test_it_waits_for_five_seconds_at_most(api, engine, clock):
    send(api, lead(1))
    yielding.give_way(engine, 60.0)
    assert clock.now == pytest.approx(5.0)


def test_who_waits_for_an_approval_holds_nobody_up(api, engine, clock):
    send(api, lead(1))
    api.step(claim(api), "hold", minutes=600)
    people_were_here(engine, 11)
    yielding.give_way(engine, 2.0)
    assert clock.now == 0


def test_a_step_on_many_leads_waits_and_one_of_people_does_not(api, engine, clock):
    send(api, *(lead(i) for i in range(60)))
    bulk = claim(api)
    send(api, lead(99))
    people = claim(api)
    assert (bulk["lane"], people["lane"]) == ("bulk", "interactive")
    api.step(people, "plan")
    assert clock.now == 0
    api.step(bulk, "plan")
    assert clock.now == pytest.approx(0.18)


def test_bulk_batches_are_smaller_and_alone_while_people_come(api, engine, clock):
    few = engine.settings.bulk_batch // 5
    send(api, *(lead(i) for i in range(few + 15)))
    send(api, lead(999))
    people = claim(api, lane="interactive")
    first = claim(api)
    assert first["lane"] == "bulk"
    assert len(first["leads"]) == few
    assert clock.now == 0
    assert claim(api)["batch_id"] is None
    finish(api, people)
    finish(api, first)


def test_bulk_batches_begin_one_in_five_seconds_while_people_come(api, engine, clock):
    few = engine.settings.bulk_batch // 5
    send(api, *(lead(i) for i in range(3 * few)))
    send(api, lead(999))
    finish(api, claim(api, lane="interactive"))
    claimed = claim(api)
    assert clock.now == 0
    finish(api, claimed)
    begun = clock.now
    finish(api, claim(api))
    assert 4 < clock.now - begun < 6
    people_were_here(engine, 11)
    begun = clock.now
    assert len(claim(api)["leads"]) == few
    assert clock.now == begun


def test_one_claim_of_bulk_leads_waits_at_a_time_and_no_other_is_woken(api, engine, clock):
    send(api, *(lead(i) for i in range(engine.settings.bulk_batch)))
    send(api, lead(999))
    claim(api, lane="interactive")
    finish(api, claim(api))
    others = []
    clock.at[0.5] = lambda: others.append((claim(api)["batch_id"], yielding.to_be_woken(engine, "bulk")))
    assert claim(api)["lane"] == "bulk"
    assert others == [(None, False)]


def test_a_claim_that_finds_no_bulk_leads_waits_for_nothing(api, engine, clock):
    send(api, *(lead(i) for i in range(30)))
    send(api, lead(999))
    finish(api, claim(api, lane="interactive"))
    finish(api, claim(api))
    begun = clock.now
    assert claim(api)["batch_id"] is None
    assert clock.now == begun


def test_a_run_is_woken_unless_as_many_as_may_be_are_at_work(api, engine):
    send(api, *(lead(i) for i in range(engine.settings.bulk_batch * engine.settings.bulk_batches)))
    runs = []
    while yielding.to_be_woken(engine, "bulk"):
        runs.append(claim(api))
    assert len(runs) == engine.settings.bulk_batches
    finish(api, runs[0])
    assert yielding.to_be_woken(engine, "bulk")
    send(api, lead(9999))
    claim(api, lane="interactive")
    assert not yielding.to_be_woken(engine, "bulk")


def test_a_job_gives_way_between_its_chunks_and_comes_to_its_end(api, engine, clock, monkeypatch):
    waits = []
    monkeypatch.setattr(yielding, "give_way", lambda engine, worked: waits.append(worked))
    text = "Email\r\n" + "".join(f"p{i}@firm.example\r\n" for i in range(1200))
    job = api.client.post("/v1/jobs/imports", data=text.encode(),
                          headers=api.headers | {"Content-Type": "text/csv"}).json["job"]
    done = api.post(f"/v1/jobs/{job['id']}/step").json["job"]
    assert done["state"] == "done"
    assert len(waits) >= 3
    api.post(f"/v1/jobs/{job['id']}/undo")
    assert len(waits) > 4


def test_while_a_job_pauses_no_other_step_of_it_begins(api, engine, clock):
    send(api, lead(999))
    text = "Email\r\n" + "".join(f"p{i}@firm.example\r\n" for i in range(1200))
    job = api.client.post("/v1/jobs/imports", data=text.encode(),
                          headers=api.headers | {"Content-Type": "text/csv"}).json["job"]
    others = []

    def another_step():
        told = api.post(f"/v1/jobs/{job['id']}/step").json["job"]
        return told["counts"]["handled"], jobs.more(engine)

    with ThreadPoolExecutor() as another:
        clock.at[0] = lambda: others.append(another.submit(another_step).result())
        done = api.post(f"/v1/jobs/{job['id']}/step").json["job"]
    assert others == [(500, False)]
    assert done["state"] == "done"

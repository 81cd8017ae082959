"""People before files: what nobody waits for lets them pass, and goes on whoever comes."""

from __future__ import annotations

import pytest

from sidecar.pipeline import yielding
from tests.integration.test_pipeline import claim, lead, send


class Clock:
    """Time that passes by waiting; `at`: what happens when so many seconds have passed."""

    def __init__(self):
        self.now, self.at = 0.0, {}

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        for moment in [moment for moment in self.at if moment <= self.now]:
            self.at.pop(moment)()


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(yielding, "monotonic", clock.monotonic)
    monkeypatch.setattr(yielding, "sleep", clock.sleep)
    return clock


def finish(api, batch):
    assert api.step(batch, "let-go", **{"as": "done", "reason": "Nothing is to be asked."}).status_code == 200


def test_nothing_waits_when_no_person_does(api, engine, clock):
    send(api, *(lead(i) for i in range(60)))
    yielding.give_way(engine, 2.0)
    assert clock.now == 0


def test_it_waits_while_a_person_is_due_or_at_work_for_three_times_what_it_worked(api, engine, clock):
    send(api, lead(1))
    yielding.give_way(engine, 1.0)
    assert clock.now == pytest.approx(3.0)
    batch = claim(api)
    assert batch["lane"] == "interactive"
    clock.at[4.0] = lambda: finish(api, batch)
    yielding.give_way(engine, 1.0)
    assert clock.now == pytest.approx(4.0, abs=0.1)


def test_it_waits_for_five_seconds_at_most(api, engine, clock):
    send(api, lead(1))
    yielding.give_way(engine, 60.0)
    assert clock.now == pytest.approx(5.0)


def test_who_waits_for_an_approval_holds_nobody_up(api, engine, clock):
    send(api, lead(1))
    api.step(claim(api), "hold", minutes=600)
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


def test_bulk_batches_are_small_and_alone_while_people_wait(api, engine):
    send(api, *(lead(i) for i in range(80)))
    send(api, lead(99))
    people = claim(api, lane="interactive")
    first = claim(api)
    assert first["lane"] == "bulk"
    assert len(first["leads"]) == engine.settings.interactive_batch
    assert claim(api)["batch_id"] is None
    finish(api, people)
    assert len(claim(api)["leads"]) == 80 - engine.settings.interactive_batch


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

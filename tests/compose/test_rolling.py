"""An upgrade under load: nothing is refused, lost or doubled."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from deploy import compose
from tests.client import Client, until

PAUSE = 1.0  # seconds between two leads of a sender: about four a second from all
SENDERS = 4


@dataclass
class Sent:
    """What the senders were answered: the status, or the name of the error, by the lead's address."""

    answers: dict[str, int | str] = field(default_factory=dict)
    slowest: float = 0

    def failed(self) -> dict[str, int | str]:
        return {email: answer for email, answer in self.answers.items() if answer != 202}


@contextmanager
def load(clients: list[Client]) -> Iterator[Sent]:
    """Leads from each client, one after another until the block ends: by the webhook and by the API in turn.

    As vendors do: a new connection for each lead by webhook, a kept one for those by the API.
    """
    over, sent = threading.Event(), Sent()

    def send(number: int, client: Client) -> None:
        count = 0
        while not over.wait(PAUSE):
            count += 1
            email = f"person{count}@load-{number}.example"
            lead = {"email": email, "last_name": f"Person{count}", "company_name": f"Load {number} Ltd"}
            begun = time.monotonic()
            try:
                answer: int | str = (
                    client.webhook(lead) if count % 2 else client.post("/v1/leads", lead)).status_code
            except requests.RequestException as error:
                answer = repr(error)
            sent.slowest = max(sent.slowest, time.monotonic() - begun)
            sent.answers[email] = answer

    threads = [threading.Thread(target=send, args=pair) for pair in enumerate(clients)]
    for thread in threads:
        thread.start()
    try:
        yield sent
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_an_upgrade_under_load_refuses_loses_and_doubles_nothing(deployment):
    rolled = ("nginx", "sidecar", "n8n-worker", "n8n-webhook")
    before = {name: {one["Id"] for one in deployment.containers(name)} for name in rolled}
    with load([deployment.client() for _ in range(SENDERS)]) as sent:
        until(lambda: len(sent.answers) >= 3 * SENDERS, 60, "the load to begin")
        compose.upgrade(deployment.settings)
    print(f"{len(sent.answers)} leads, {len(sent.failed())} failed, the slowest took {sent.slowest:.2f} s")
    assert not sent.failed()
    for name in rolled:
        after = {one["Id"] for one in deployment.containers(name)}
        assert len(after) == len(before[name]) and not after & before[name], name

    def stages() -> Counter[str]:
        rows = deployment.sql(
            "SELECT w.stage || '|' || count(*) FROM leads l JOIN work_items w ON w.lead_id = l.id"
            " WHERE l.email LIKE '%@load-%.example' GROUP BY w.stage").split()
        return Counter({stage: int(count) for stage, count in (row.split("|") for row in rows)})

    def scored() -> bool:
        """What waits is scored, and asks a provider again that has not answered yet."""
        found = stages()
        return found.keys() <= {"done", "waiting"} and found.total() == len(sent.answers)

    until(scored, 180, "all leads to be scored")
    doubled = deployment.sql(
        "SELECT count(*) FROM (SELECT FROM leads WHERE email LIKE '%@load-%.example' GROUP BY email"
        " HAVING count(*) > 1) d")
    twice_taken = deployment.sql(
        "SELECT count(*) FROM (SELECT FROM intake i JOIN leads l ON l.id = i.lead_id"
        " WHERE l.email LIKE '%@load-%.example' GROUP BY l.id HAVING count(*) > 1) d")
    assert (doubled, twice_taken) == ("0", "0")


def test_containers_of_a_release_that_does_not_start_go_and_the_old_ones_serve_on(deployment, client):
    """nginx of a broken certificate's setting never comes up."""
    before = {one["Id"] for one in deployment.containers("nginx")}
    broken = deployment.settings.values | {"INTAKE_RATE": "no rate"}
    found = type(deployment.settings)(state=deployment.settings.state, values=broken)
    from deploy import rolling

    try:
        rolling._roll(found, "nginx")
    except compose.Problem as problem:
        assert "the old one still serves" in str(problem)
    else:
        raise AssertionError("an nginx without a configuration came up")
    assert {one["Id"] for one in deployment.containers("nginx")} == before
    assert client.get("/v1/auth/whoami").status_code == 200

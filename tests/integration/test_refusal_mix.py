"""Many leads of all ways in, events, imports and a storm of merges: what the rules forbid is not done.

What may be done is worked out here anew from the plain order of what was said, not by the engine's own rules.
REFUSAL_LEADS sets how many leads; `make soak` takes 5,000.
"""

from __future__ import annotations

import base64
import io
import itertools
import json
import os
import random
from dataclasses import dataclass, field

from sidecar.services import sources
from sidecar.services.audit import COMMAND_LINE
from sidecar.store.database import many
from tests.integration.conftest import Api
from tests.integration.recorder import record
from tests.integration.test_pipeline import claim, run
from tests.workflows.test_end_to_end import perfect

LEADS = int(os.environ.get("REFUSAL_LEADS", "400"))
ROUNDS = 8
TAKES_IN = {"marketing_email": {"marketing_email"}, "phone": {"phone"}, "enrichment": {"enrichment"},
            "any_contact": {"marketing_email", "phone", "any_contact"},
            "any": {"marketing_email", "phone", "any_contact", "enrichment", "any"}}
PURPOSES = tuple(TAKES_IN)


@dataclass
class Person:
    """Somebody, and all that was said of them: (its place among all, refused, agreed by themselves or asked,
    purpose)."""

    lead: dict
    said: list[tuple[int, str, str]] = field(default_factory=list)
    lead_ids: set[str] = field(default_factory=set)

    def refuses(self) -> set[str]:
        refused: set[str] = set()
        for _, kind, purpose in sorted(self.said):
            if kind == "refused":
                refused |= TAKES_IN[purpose]
            elif kind == "agreed":
                refused -= TAKES_IN[purpose]
        return refused | ({"any_contact"} if {"marketing_email", "phone"} <= refused else set())

    def asked(self) -> bool:
        return any(kind == "asked" for _, kind, _ in self.said)


class Mix:
    """What happens, by chance, and what is counted at the fake providers and at the channel."""

    def __init__(self, api, engine, alerts, seed):
        self.api, self.engine, self.alerts = api, engine, alerts
        self.chance = random.Random(seed)
        self.people = [Person(perfect(f"p{n}") | {"email": f"dana@p{n}.example"}) for n in range(LEADS // 2)]
        self.of_lead: dict[str, Person] = {}
        self.of_email = {person.lead["email"]: person for person in self.people}
        self.calls = 0
        self.source = sources.add(engine, "generic", "Demo form", by=COMMAND_LINE)
        self.places = itertools.count()

    def say(self, person, kind, purpose=""):
        person.said.append((next(self.places), kind, purpose))

    def come(self, somebody, results):
        for person, result in zip(somebody, results, strict=True):
            person.lead_ids.add(result["lead_id"])
            self.of_lead[result["lead_id"]] = person

    def word(self, person, *, own):
        """A lead's word about refusal or consent, most often none."""
        purpose = self.chance.choice(PURPOSES)
        match self.chance.randrange(6):
            case 0:
                self.say(person, "refused", purpose)
                return {"refused": {purpose: self.chance.choice([True, "x", "ja", "1", "opted out"])}}
            case 1:
                self.say(person, "refused", "marketing_email")
                return {"consent": {"marketing": self.chance.choice([False, "no", "unsubscribed"])}}
            case 2:
                if own:
                    self.say(person, "agreed", purpose)
                return {"consent": {purpose: self.chance.choice([True, "yes", "on"])}}
        return {}

    def by_api(self):
        """Several at once, of which a list says that they asked for a demo."""
        somebody = self.chance.sample(self.people, min(25, len(self.people)))
        answer = self.api.post("/v1/leads", {"leads": [
            person.lead | {"source": "crm", "custom": {"request": "demo"}} | self.word(person, own=False)
            for person in somebody]})
        self.come(somebody, answer.json["results"])

    def asks(self):
        """One who asks themselves, and what they send."""
        person = self.chance.choice(self.people)
        word = self.word(person, own=True)
        self.say(person, "asked")
        return person, person.lead | word

    def by_form(self):
        """By a form of ours."""
        person, sent = self.asks()
        answer = self.api.post("/v1/leads", sent | {"source": "demo form"})
        self.come([person], answer.json["results"])

    def by_webhook(self):
        """By a form of somebody else, whose webhook is read first and taken in then, as Lead intake does."""
        person, sent = self.asks()
        sent = self.chance.choice([
            sent, {"data": sent}, {"type": "INSERT", "record": sent}, {"payload": {"contact": sent}},
            {"owner": {"email": "olga@us.example"}, "lead": sent}])
        read = self.api.post(f"/v1/sources/generic/{self.source['key']}", {
            "method": "POST", "headers": {"Content-Type": "application/json",
                                          "Authorization": f"Bearer {self.source['secret']}"},
            "body": base64.b64encode(json.dumps(sent).encode()).decode()})
        assert read.status_code == 200, read.json
        answer = self.api.client.post("/v1/leads", json={"leads": read.json["leads"]}, headers={
            **self.api.headers, "Idempotency-Key": f"{read.json['delivery']} {len(person.said)}"})
        self.come([person], answer.json["results"])

    def by_file(self):
        """A file with columns of refusals, consents and sources that say form."""
        somebody = self.chance.sample(self.people, min(25, len(self.people)))
        lines = ["email,first_name,last_name,source,refused.marketing_email,refused.any_contact,"
                 "refused.enrichment,consent.marketing"]
        for person in somebody:
            cells = ["", "", "", self.chance.choice(["", "true"])]
            if self.chance.random() < 0.3:
                place = self.chance.randrange(3)
                cells[place] = self.chance.choice(["TRUE", "x", "ja"])
                self.say(person, "refused", ("marketing_email", "any_contact", "enrichment")[place])
            lines.append(",".join([person.lead["email"], person.lead["first_name"], person.lead["last_name"],
                                   "web form", *cells]))
        job = self.api.client.post("/v1/jobs/imports", headers=self.api.headers, data={
            "file": (io.BytesIO("\n".join(lines).encode()), "list.csv")}).json["job"]
        while self.api.post(f"/v1/jobs/{job['id']}/step").json["job"]["state"] not in ("done", "failed"):
            pass
        # Who came by the file alone.
        with self.engine.database.read() as cursor:
            found = many(cursor, "SELECT l.id::text AS id, c.email FROM leads l"
                                 " JOIN contacts c ON c.id = l.contact_id")
        for row in found:
            self.come([self.of_email[row["email"]]], [{"lead_id": row["id"]}])

    def events(self):
        """What people do: unsubscribe, complain, subscribe, look, ask."""
        for _ in range(10):
            person = self.chance.choice(self.people)
            kind = self.chance.choice(["unsubscribe", "resubscribe", "page_view", "email_open",
                                       "pricing_view", "demo_request", "bounce"])
            if kind in ("unsubscribe", "resubscribe"):
                self.say(person, "refused" if kind == "unsubscribe" else "agreed", "marketing_email")
            elif kind == "demo_request":  # of somebody not known yet it is kept until they are
                self.say(person, "asked")
            self.api.post("/v1/events", {"events": [{"email": person.lead["email"], "type": kind}]})

    def merges(self):
        """All pairs of a few people become one."""
        with self.engine.database.write() as cursor:
            rows = many(cursor, "SELECT id::text AS id, email FROM contacts ORDER BY random() LIMIT 6")
            for left, right in zip(rows[::2], rows[1::2], strict=False):
                cursor.execute(
                    "INSERT INTO duplicates (left_id, right_id, score, reasons)"
                    " VALUES (least(%(a)s::uuid, %(b)s::uuid), greatest(%(a)s::uuid, %(b)s::uuid), 1, '[]')"
                    " ON CONFLICT DO NOTHING", {"a": left["id"], "b": right["id"]})
        for pair in self.api.get("/v1/duplicates?limit=100").json["data"]:
            keep, lost = self.chance.sample([pair["left"], pair["right"]], 2)
            kept, gone = (self.of_email[side["email"]] for side in (keep, lost))
            answer = self.api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": keep["id"]})
            assert answer.status_code == 200
            self.unite(kept, gone)

    def unite(self, kept, gone):
        # What one of the two agreed to lifts nothing that the other refused.
        refused = kept.refuses() | gone.refuses()
        kept.said += gone.said
        for purpose in sorted(refused - kept.refuses()):
            self.say(kept, "refused", purpose)
        kept.lead_ids |= gone.lead_ids
        for lead_id in gone.lead_ids:
            self.of_lead[lead_id] = kept
        self.people = [person for person in self.people if person is not gone]
        self.of_email |= {email: kept for email, person in self.of_email.items() if person is gone}

    def flow(self):
        """Everything that is due goes through; then what was done is held against what was said."""
        begun = len(self.alerts)
        refused = {lead_id: person.refuses() for lead_id, person in self.of_lead.items()}
        while (batch := claim(self.api))["batch_id"]:
            for lead in batch["leads"]:
                no = refused[lead["lead_id"]]
                assert lead["may_email"] is ("marketing_email" not in no), self.of_lead[lead["lead_id"]]
                assert lead["may_call"] is ("phone" not in no), self.of_lead[lead["lead_id"]]
            run(self.api, batch)
        with self.engine.database.write() as cursor:
            calls = many(cursor, "SELECT lead_ids::text[] AS lead_ids FROM provider_calls"
                                 " WHERE started_at IS NOT NULL AND planned_at >= %s", (self.since,))
        for call in calls:
            assert any(not {"enrichment", "any_contact", "any"} & refused[lead] for lead in call["lead_ids"])
        self.calls += len(calls)
        told = [self.lead_of(alert) for alert in self.alerts[begun:]]
        for lead_id in told:
            person = self.of_lead[lead_id]
            assert "any_contact" not in person.refuses() or person.asked(), person
        return told

    @staticmethod
    def lead_of(alert):
        [url] = [button["url"] for block in alert["blocks"] if block["type"] == "actions"
                 for button in block["elements"] if button["action_id"] == "open"]
        return url.rpartition("/")[2]

    def now(self):
        self.api = Api(self.api.client, "tests")  # its token may end
        with self.engine.database.read() as cursor:
            [row] = many(cursor, "SELECT now() AS at")
        self.since = row["at"]


def test_what_refusals_forbid_is_not_done_and_who_asks_is_told(api, engine, monkeypatch, capsys):
    mix = Mix(api, engine, record(engine, monkeypatch).sent, seed=13)
    told: set[str] = set()
    sent = 0
    while sent < LEADS:
        mix.now()
        for _ in range(ROUNDS):
            way = mix.chance.choice(
                [mix.by_api, mix.by_form, mix.by_webhook, mix.by_webhook, mix.by_file, mix.events])
            way()
            sent += 25 if way in (mix.by_api, mix.by_file) else 1
        mix.merges()
        told |= set(mix.flow())
    asked = [person for person in mix.people if person.asked() and person.lead_ids]
    with engine.database.read() as cursor:
        hot = {row["id"] for row in many(
            cursor, "SELECT id::text AS id FROM leads WHERE grade = 'hot' AND status = 'new'")}
    untold = [person for person in asked if person.lead_ids & hot and not person.lead_ids & told]
    with capsys.disabled():
        print(f"\n{sent} leads: {mix.calls} paid calls and {len(told)} leads told, none against a refusal;"
              f" {sum(bool(person.lead_ids & hot) for person in asked) - len(untold)} hot who asked"
              f" themselves told, {len(untold)} not")
    assert asked and untold == []
    assert mix.calls and told, "it must be possible to do what is forbidden"
    assert any("any_contact" in person.refuses() for person in mix.people)

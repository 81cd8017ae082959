"""Random chains of what happens to people, in two worlds: with merges that are taken back, and without."""

from __future__ import annotations

import json
import random
from collections import Counter

from sidecar.ids import new_id
from sidecar.store.database import many

PEOPLE = ("ada", "bela", "cleo", "dov")
FIELDS = {"city": ("York", "Leeds", "Bern"), "job_title": ("CTO", "Buyer", "VP of Sales"),
          "phone": ("+49 30 901820", "+44 113 496 0001", "+1 415 555 0134"), "country": ("DE", "GB", "US")}
OWNERS = ("nina@example.com", "omar@example.com")  # users
SOURCES = ("web form", "demo request", "csv import", "webinar")


class World:
    """One of the worlds: its people have addresses at a domain of its own."""

    def __init__(self, api, engine, name):
        self.api, self.engine, self.name = api, engine, name
        self.leads = {}  # person -> the lead that is theirs

    def email(self, person):
        return f"{person}@{self.name}.example"

    def rows(self, sql, *params):
        with self.engine.database.read() as cursor:
            return many(cursor, sql, params)

    def take_in(self, person, lead):
        answer = self.api.post("/v1/leads", lead | {"email": self.email(person)}).json["results"][0]
        assert answer["outcome"] in ("created", "updated"), answer
        return answer

    def event(self, person, number):
        answer = self.api.post("/v1/events", {"events": [{
            "type": "page_view", "email": self.email(person), "event_id": f"{self.name}-{number}"}]})
        assert answer.json["accepted"] == 1

    def edit(self, path, body):
        answer = self.api.client.patch(path, json=body, headers=self.api.headers)
        assert answer.status_code == 200, answer.json

    def state(self, contact_id):
        """All that a person has, without ids, times, versions and what is worked out anew."""
        [contact] = self.rows("SELECT to_jsonb(c) AS row FROM contacts c WHERE id = %s", contact_id)
        contact = {k: v for k, v in contact["row"].items()
                   if k not in ("id", "version", "created_at", "updated_at", "org_id")}
        said = {row["source"]: {field: [value["value"], value.get("locked", False)]
                                for field, value in row["fields"].items()}
                for row in self.rows(
                    "SELECT source, fields FROM provenance WHERE entity_id = %s", contact_id)}
        leads = sorted((
            row | {"tags": sorted(row["tags"])} for row in self.rows(
                "SELECT l.message, l.tags, l.utm, l.custom, l.owner_id, l.source, l.status, l.email,"
                " l.search_text, o.domain,"
                " (SELECT count(*) FROM intake i WHERE i.lead_id = l.id) AS submissions,"
                " (SELECT coalesce(array_agg(type ORDER BY type), '{}') FROM events e WHERE e.lead_id = l.id"
                "  AND e.contact_id = l.contact_id) AS did"
                " FROM leads l LEFT JOIN organizations o ON o.id = l.org_id WHERE contact_id = %s",
                contact_id)), key=str)
        employer = self.rows("SELECT o.domain FROM contacts c JOIN organizations o ON o.id = c.org_id"
                             " WHERE c.id = %s", contact_id)
        return json.loads(json.dumps({
            "contact": contact, "said": said, "leads": leads, "employer": employer,
            "keys": sorted(f"{row['kind']} {row['value']}" for row in self.rows(
                "SELECT kind, value FROM contact_identities WHERE contact_id = %s AND person_id IS NULL",
                contact_id)),
            "others": self.rows("SELECT 1 FROM contact_identities WHERE contact_id = %s"
                                " AND person_id IS NOT NULL", contact_id),
            "events": Counter(row["type"] for row in self.rows(
                "SELECT type FROM events WHERE contact_id = %s", contact_id)),
        }, default=str).replace(self.name, "world"))


class Chain:
    """A chain of steps by a seed; `check` holds it."""

    def __init__(self, api, engine, seed):
        self.random = random.Random(seed)
        self.merged, self.apart = (World(api, engine, f"{kind}{seed}") for kind in ("with", "without"))
        self.ids = {world: {} for world in self.both}  # person -> contact id
        self.root = {person: person for person in PEOPLE}  # who has the contact that a person is now
        self.steps = []

    @property
    def both(self):
        return self.merged, self.apart

    def run(self, length):
        for person in PEOPLE:
            self.take_in(person)
        for number in range(length):
            kind = self.random.choice(("take_in", "take_in", "event", "edit_contact", "edit_lead", "merge",
                                       "merge", "unmerge"))
            person = self.random.choice(PEOPLE)
            self.steps.append((kind, person))
            if kind == "event":
                for world in self.both:
                    world.event(person, number)
            else:
                getattr(self, kind)(person)
        while lost := [person for person in PEOPLE if self.root[person] != person]:
            self.unmerge(self.random.choice(lost))

    def take_in(self, person):
        some = {field: self.random.choice(values) for field, values in FIELDS.items()
                if self.random.random() < 0.4}
        lead = {
            "full_name": f"{person.capitalize()} Vale{person}", "source": self.random.choice(SOURCES),
            "tags": self.random.sample("abcd", self.random.randrange(3)),
            "custom": {self.random.choice("xyz"): self.random.randrange(9)},
            "utm": {self.random.choice(("source", "medium")): self.random.choice(("ad", "mail"))},
        } | some
        if self.random.random() < 0.5:
            lead["message"] = f"Message {self.random.randrange(10**6)}"
        for world in self.both:
            self.ids[world].setdefault(person, world.take_in(person, lead)["contact_id"])
        self.own_leads()

    def own_leads(self):
        """Whose lead each is that is open, told by who had it when it was made."""
        for world in self.both:
            for row in world.rows("SELECT id::text AS id, contact_id::text AS contact_id FROM leads"
                                  " WHERE status = 'new'"):
                for person, contact in self.ids[world].items():
                    if contact == row["contact_id"] and person not in world.leads:
                        world.leads[person] = row["id"]

    def edit_contact(self, person):
        value = {"city": self.random.choice(("Oslo", "Rome"))}
        for world in self.both:
            world.edit(f"/v1/contacts/{self.ids[world][self.root[person]]}", value)

    def edit_lead(self, person):
        """The open lead of the contact that a person is now; in the other world the same lead."""
        [row] = self.merged.rows("SELECT id::text AS id FROM leads WHERE status = 'new' AND contact_id = %s",
                                 self.ids[self.merged][self.root[person]])
        whose = next(one for one, lead in self.merged.leads.items() if lead == row["id"])
        owner, tag = self.random.choice(OWNERS), f"edit-{len(self.steps)}"
        kind = self.random.random() < 0.5
        for world in self.both:
            lead_id = world.leads[whose]
            [now] = world.rows("SELECT tags FROM leads WHERE id = %s", lead_id)
            world.edit(f"/v1/leads/{lead_id}", {"owner": owner} if kind else {"tags": [*now["tags"], tag]})

    def merge(self, person):
        others = [other for other in PEOPLE if self.root[other] == other != self.root[person]]
        if not others:
            return
        keep, lost = self.random.sample([self.random.choice(others), self.root[person]], 2)
        left, right = sorted(self.ids[self.merged][one] for one in (keep, lost))
        with self.merged.engine.database.write() as cursor:
            cursor.execute("DELETE FROM duplicates WHERE left_id = %s AND right_id = %s", (left, right))
            pair = new_id()
            cursor.execute("INSERT INTO duplicates (id, left_id, right_id, score, reasons)"
                           " VALUES (%s, %s, %s, 0.9, '[]')", (pair, left, right))
        owners = self.owners()
        answer = self.merged.api.post(
            f"/v1/duplicates/{pair}/merge", {"keep": self.ids[self.merged][keep]})
        assert answer.status_code == 200, answer.json
        for one in PEOPLE:
            if self.root[one] == lost:
                self.root[one] = keep
        # Whoever owned one of the open leads owns one still.
        both = [owners[self.merged.leads[one]] for one in PEOPLE if self.root[one] == keep]
        [row] = self.merged.rows("SELECT owner_id AS owner FROM leads WHERE status = 'new'"
                                 " AND contact_id = %s", self.ids[self.merged][keep])
        assert row["owner"] in both and (row["owner"] or not any(both))

    def owners(self):
        return {row["id"]: row["owner"]
                for row in self.merged.rows("SELECT id::text AS id, owner_id AS owner FROM leads")}

    def unmerge(self, person):
        lost = person if self.root[person] != person else None
        if lost is None:
            return
        kept = self.ids[self.merged][self.root[person]]
        answer = self.merged.api.post(
            f"/v1/contacts/{kept}/unmerge", {"contact_id": self.ids[self.merged][lost]})
        assert answer.status_code == 200, answer.json
        # Those who were merged into that person before go with them.
        inside = {row["id"] for row in self.merged.rows(
            "SELECT lost_id::text AS id FROM merges WHERE kept_id = %s", self.ids[self.merged][lost])}
        for one in PEOPLE:
            if one == lost or self.ids[self.merged][one] in inside:
                self.root[one] = lost

    def check(self):
        """Every table is as if nobody had ever been merged."""
        assert self.merged.rows("SELECT 1 FROM merges m JOIN contacts c ON c.id = m.kept_id"
                                " WHERE c.email LIKE %s", f"%{self.merged.name}.example") == []
        for person in PEOPLE:
            one, other = (world.state(self.ids[world][person]) for world in self.both)
            differs = {name: (one[name], other[name]) for name in one if one[name] != other[name]}
            assert not differs, (self.merged.name, person, self.steps, differs)

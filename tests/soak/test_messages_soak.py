"""Thousands of changes into hot while n8n's worker, the sidecar and Valkey are killed: nobody is untold.

`make soak` makes MESSAGES=10000 of them and kills MESSAGE_KILLS=20 times; the sinks never deduplicate. What
can be known is never doubled: signed webhooks (by webhook-id) and the Slack bot (by its metadata). Of all
other channels there are at most as many copies as there were sends in flight at the kills, all marked; of a
signed webhook at most what a killed sidecar was just sending comes again, under its id.
"""

from __future__ import annotations

import json
import os
import random
import re
import threading
import time
from collections import Counter
from contextlib import contextmanager

import psutil
import psycopg2
import pytest
import requests

from sidecar.pipeline import deliveries
from tests.client import Client, until
from tests.integration.receivers import receiving, signed
from tests.stack import running
from tests.workflows.test_kill import query

MESSAGES = int(os.environ.get("MESSAGES", "500"))
KILLS = int(os.environ.get("MESSAGE_KILLS", "5"))
VICTIMS = ("sidecar", "n8n-worker", "valkey")
SINKS = {"slack": "slack", "slack_bot": "slack-bot", "teams": "teams", "sms": "sms", "email": "mail"}
NEVER_DOUBLED = {"slack_bot"}
SEND_SECONDS = 0.05  # until a sink answers, so that a kill finds sends in flight
PATIENCE = 300 + MESSAGES / 5
_WHO = re.compile(r"Quill(\d+)q")


@pytest.fixture(scope="module")
def stack():
    """One that may send events to this process."""
    with running(SIDECAR_LEASE_SECONDS="15", SIDECAR_SUBSCRIBER_HOSTS="localhost") as started:
        yield started


class Sinks:
    """What the sinks got. They keep the latest messages only, so they are read all the time."""

    def __init__(self, stack):
        self.url = stack.facts["slack_url"].removesuffix("/slack")
        self.got = {channel: [] for channel in SINKS}
        self._last = dict.fromkeys(SINKS, 0)
        for sink in SINKS.values():
            requests.post(f"{self.url}/_script", timeout=10, json={
                "channel": sink, "delay": SEND_SECONDS, "times": 10**9, "accept": True}).raise_for_status()

    def read(self):
        """Take over what is new."""
        for channel, sink in SINKS.items():
            new = requests.get(f"{self.url}/{sink}", params={"after": self._last[channel]}, timeout=30).json()
            self.got[channel] += [message for message in new if message["id"] > self._last[channel]]
            self._last[channel] = max((message["id"] for message in new), default=self._last[channel])

    def about(self, channel):
        """Whom each message of a channel is about that is about one person, by the number in their name."""
        whose = [set(_WHO.findall(json.dumps(message))) for message in self.got[channel]]
        return [int(*numbers) for numbers in whose if len(numbers) == 1]


@contextmanager
def meanwhile(work, times=1):
    """Do it again and again in threads, whoever is away; yields None."""
    end = threading.Event()

    def go_on():
        while not end.is_set():
            try:
                work()
            except (OSError, ValueError, KeyError):
                end.wait(0.5)  # it is being killed
            end.wait(0.2)

    threads = [threading.Thread(target=go_on, daemon=True) for _ in range(times)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        end.set()
        for thread in threads:
            thread.join()


def test_no_change_into_hot_is_lost_or_told_twice(stack, capsys):
    client, rng = Client(stack.facts), random.Random(KILLS)
    sinks = Sinks(stack)
    with receiving() as receiver:
        receiver.answer = slowly
        subscription = client.post("/v1/subscriptions", {
            "url": receiver.url, "events": ["lead.became_hot"]}).json()
        begun = time.monotonic()
        leads = {}
        for first in range(0, MESSAGES, 1000):
            leads |= create(client, range(first, min(first + 1000, MESSAGES)))
        assert len(leads) == MESSAGES
        # n8n's runs tell of their leads for five seconds each, and its schedule of the rest: that is helped.
        helper = Client(stack.facts)
        with meanwhile(sinks.read), meanwhile(lambda: helper.post("/v1/notifications/deliver", {})):
            in_flight, kills = kill_all_the_time(stack, sinks, rng)
            until(lambda: done(stack, subscription), PATIENCE, "all messages to be sent")
        seconds = time.monotonic() - begun
        sinks.read()
        received = list(receiver.got)
    owed = query(stack, "SELECT lead_id::text, channel, possible_duplicate FROM notifications"
                        " WHERE state = 'sent' AND kind IN ('hot_lead', 'reminder', 'escalation')")
    hot = {leads[row[0]] for row in query(stack, "SELECT id::text FROM leads WHERE grade = 'hot'")}
    lines = [f"{len(hot)} changes into hot of {MESSAGES} leads, {kills} kills, {seconds:.0f} s; sends in"
             f" flight at the kills: {dict(in_flight)}"]
    wrong = []
    for channel in sorted({name for _, name, _ in owed}):
        wanted = Counter(leads[lead_id] for lead_id, name, _ in owed if name == channel)
        marked = {leads[lead_id] for lead_id, name, doubtful in owed if name == channel and doubtful}
        came = Counter(sinks.about(channel))
        lost, copies = wanted - came, came - wanted
        most = 0 if channel in NEVER_DOUBLED else in_flight[channel]
        lines.append(f"{channel}: {came.total()} came, {lost.total()} lost, {copies.total()} copies (at most"
                     f" {most}), {len(marked)} marked as possible ones")
        if wanted.keys() != hot or lost or copies.total() > most or not copies.keys() <= marked:
            wrong.append(lines[-1])
    ids = {}
    for request in received:
        lead_id = json.loads(request["body"])["data"]["lead_id"]
        ids.setdefault(leads[lead_id], set()).add(request["headers"]["webhook-id"])
    others = sum(len(own) - 1 for own in ids.values())
    again = len(received) - sum(map(len, ids.values()))
    most = deliveries.AT_ONCE * len(range(VICTIMS.index("sidecar"), kills, len(VICTIMS)))
    lines.append(f"signed webhooks: {len(received)} came, {len(hot - ids.keys())} lost, {others} under"
                 f" another id, {again} again under the same (at most {most})")
    if ids.keys() != hot or others or again > most:
        wrong.append(lines[-1])
    with capsys.disabled():
        print("", *lines, sep="\n")
    assert not wrong
    assert len(hot) > 0.9 * MESSAGES and kills == KILLS
    assert all(signed(request, subscription["secret"]) for request in received)
    assert all(mail["possible_duplicate"] for mail in copies_of(sinks.got["email"]))


def create(client, numbers):
    """People of companies that fit, who ask for a demo: their numbers by lead; sent until they are taken."""
    batch = {"leads": [
        {"email": f"pat.{n}@soak{n}.example", "first_name": "Pat", "last_name": f"Quill{n}q",
         "job_title": "VP of Sales", "company_name": f"Soak {n} Inc.", "country": "US",
         "industry": "Software", "employee_count": 420, "source": "demo_request"} for n in numbers]}

    def taken():
        try:
            answer = client.post("/v1/leads", batch, timeout=60,
                                 headers={"Idempotency-Key": f"soak-{numbers[0]}"})
        except OSError:
            return None
        return answer.json()["results"] if answer.status_code == 202 else None

    results = until(taken, 120, "the leads to be taken")
    return {result["lead_id"]: number for result, number in zip(results, numbers, strict=True)}


def kill_all_the_time(stack, sinks, rng):
    """Kill at random points of what is to come: (sends in flight at the kills by channel, how many kills)."""
    in_flight = set()
    points = sorted(rng.uniform(0.02, 0.9) for _ in range(KILLS))
    for number, point in enumerate(points):
        victim = VICTIMS[number % len(VICTIMS)]
        until(lambda point=point: len(sinks.got["email"]) >= point * MESSAGES, PATIENCE, "messages under way")
        in_flight.update(until(lambda victim=victim: kill(stack, victim, in_flight), 120,
                               f"{victim} to be killed in mid-send"))
    return Counter(channel for channel, *_ in in_flight), len(points)


def kill(stack, victim, before):
    """kill -9 while something is being sent: those sends, without those of earlier kills; None while there
    are none. The sidecar stands still meanwhile, so that what is counted is what is in flight."""
    pids = stack.supervisor.pids()
    if not {victim, "sidecar", "postgres"} <= pids.keys():
        return None
    master = psutil.Process(pids["sidecar"])
    still = [master, *master.children()]
    try:
        for process in still:
            process.suspend()
        found = set(query(
            stack, "SELECT channel, id, claimed_at FROM notifications WHERE state = 'sending'")) - before
        if not found:
            return None
        if victim == "sidecar":
            for process in reversed(still):
                process.kill()
        else:
            stack.kill(victim)
        return found
    except psutil.NoSuchProcess:
        return None
    finally:
        for process in still:
            if process.is_running():
                process.resume()


def slowly(handler):
    """A receiver's answer, which takes a moment."""
    time.sleep(SEND_SECONDS)
    handler.send_response(204)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def done(stack, subscription):
    """Whether all leads are done, and all that is owed about them was told."""
    try:
        [[left]] = query(
            stack, "SELECT (SELECT count(*) FROM work_items WHERE stage NOT IN ('done', 'waiting', 'let_go'))"
            " + (SELECT count(*) FROM notifications"
            "    WHERE kind = 'hot_lead' AND state NOT IN ('sent', 'withdrawn') OR state = 'sending')"
            " + (SELECT count(*) FROM deliveries WHERE subscription_id = %s AND state <> 'delivered')",
            subscription["id"])
    except psycopg2.OperationalError:
        return False
    return left == 0


def copies_of(mails):
    """Those that came before under the same Message-ID."""
    seen = set()
    for mail in mails:
        if mail["message_id"] in seen:
            yield mail
        seen.add(mail["message_id"])

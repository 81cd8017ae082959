"""The sidecar in this process, on real Postgres and Valkey."""

from __future__ import annotations

import pytest

from local import programs
from sidecar.app import create_app
from sidecar.engine import Engine
from sidecar.errors import Deadlock
from sidecar.secrets import hash_password
from sidecar.services import access as signing_in
from sidecar.settings import Settings
from sidecar.store import access
from sidecar.terms.scopes import SCOPES
from tests.integration.answers import CheckedClient
from tests.integration.counts import COST, COUNTED, KEPT, KEPT_COST, rows


@pytest.fixture(scope="session")
def environ(services):
    """The settings of the sidecar, without what it would call outside."""
    return programs.sidecar_environment(services) | {
        "SIDECAR_WAKE_URL": "", "SIDECAR_IMPORTS_WAKE_URL": "", "SIDECAR_SLACK_WEBHOOK_URL": "",
        "SIDECAR_SMTP_URL": "", "SIDECAR_SLACK_BOT_TOKEN": "", "SIDECAR_TEAMS_WEBHOOKS": "",
        "SIDECAR_TWILIO_ACCOUNT": "",
        "SIDECAR_MAX_ATTEMPTS": "3", "SIDECAR_METRICS_SECONDS": "0",
        # Where the receivers of tests are; 127.0.0.1 is not allowed.
        "SIDECAR_SUBSCRIBER_HOSTS": "localhost",
    }


@pytest.fixture(scope="session")
def engine(environ):
    engine = Engine.build(Settings.from_env(environ))
    with engine.database.write() as cursor:
        access.save_client(cursor, "tests", hash_password("secret"), list(SCOPES))
        access.save_client(cursor, "reader", hash_password("secret"), ["leads:read"])
        access.save_user(cursor, "ada@example.com", hash_password("a long password"), "viewer", "Ada")
    yield engine
    engine.close()


def users_of(engine, *emails, role="operator"):
    """Users with these addresses who did not leave, whoever they were before: their ids."""
    with engine.database.write() as cursor:
        for email in emails:
            access.save_user(cursor, email, "no password", role, email.partition("@")[0].title())
        return [(access.user(cursor, email) or {})["id"] for email in emails]


@pytest.fixture(scope="session")
def app(engine):
    made = create_app(engine.settings, engine)
    made.test_client_class = CheckedClient
    return made


@pytest.fixture
def api(app, engine):
    """A signed-in test client; everything that was in the pipeline before is gone.

    Whatever a test did, merges and erasures too, the counts are right after it.
    """
    with engine.database.write() as cursor:
        cursor.execute("TRUNCATE organizations, contacts, leads, intake, batches, provider_state,"
                       " provider_breakers, provider_calls, provider_cache, notifications, provenance,"
                       " suppressions, idempotency_keys, jobs, workflow_errors, subscriptions, lead_events,"
                       " learnt, intake_past, retention_marks CASCADE")
    engine.cache.forget_responses()
    yield Api(app.test_client(), "tests")
    assert rows(engine, KEPT) == rows(engine, COUNTED)
    assert rows(engine, KEPT_COST) == rows(engine, COST)


@pytest.fixture
def locks_last(monkeypatch):
    """A lock after wrong passwords takes minutes, not seconds: no machine is slow enough to outlive it."""
    usual = signing_in.lock_seconds
    monkeypatch.setattr(signing_in, "lock_seconds", lambda failures: 60 * usual(failures))


def deadlock_once(monkeypatch, module, name):
    """The next call of this function ends with a deadlock; those after it do what they do."""
    function, calls = getattr(module, name), iter([Deadlock("for once")])

    def once(*arguments, **more):
        for error in calls:
            raise error
        return function(*arguments, **more)

    monkeypatch.setattr(module, name, once)


class Api:
    """POST and GET as a client; JSON in, response out."""

    def __init__(self, client, name):
        self.client = client
        token = client.post("/v1/auth/token", json={
            "grant_type": "client_credentials", "client_id": name, "client_secret": "secret"})
        self.headers = {"Authorization": f"Bearer {token.json['access_token']}"}

    def post(self, path, body=None):
        return self.client.post(path, json={} if body is None else body, headers=self.headers)

    def get(self, path):
        return self.client.get(path, headers=self.headers)

    def step(self, batch, name, **body):
        """A step on all leads of a claim, unless others are named."""
        leads = [lead["lead_id"] for lead in batch["leads"]]
        return self.post(f"/v1/pipeline/{name}", {"batch_id": batch["batch_id"], "lead_ids": leads} | body)

"""Settings are read once and refused at start when wrong."""

import json
import math

import pytest
from cryptography.fernet import Fernet

from sidecar.channels import CHANNELS
from sidecar.settings import Settings, SettingsError

GOOD = {
    "SIDECAR_DATABASE_URL": "postgresql://sidecar@127.0.0.1/sidecar",
    "SIDECAR_REDIS_URL": "redis://127.0.0.1:6379/0",
    "SIDECAR_JWT_KEYS": "a:" + "x" * 32,
    "SIDECAR_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "SIDECAR_HASH_KEY": "h" * 32,
    "SIDECAR_PUBLIC_URL": "https://leads.example.com/",
}


def test_good_settings_are_read():
    settings = Settings.from_env(GOOD)
    assert settings.public_url == "https://leads.example.com"
    assert settings.lease_seconds == 90
    assert settings.replica_database_url is None


def test_channels_have_the_settings_that_they_declare():
    channels = Settings.from_env(GOOD | {
        "SIDECAR_SMTP_URL": "smtp://mail.example.com:587", "SIDECAR_MAIL_TO": "a@example.com, b@example.com",
        "SIDECAR_OPERATIONS_SLACK_WEBHOOK_URL": "https://hooks.example.com/services/x"}).channels
    assert list(channels) == list(CHANNELS)
    assert channels["email"].lead_recipients() == ("a@example.com", "b@example.com")
    assert channels["slack"].operations_recipients() == ("operations",)


def test_wrong_settings_of_the_engine_and_of_channels_are_named_at_once():
    with pytest.raises(SettingsError) as error:
        Settings.from_env(GOOD | {
            "SIDECAR_HASH_KEY": "short", "SIDECAR_SMTP_URL": "x", "SIDECAR_SLACK_WEBHOOK_URL": "x"})
    for name in ("SIDECAR_HASH_KEY", "SIDECAR_SMTP_URL", "SIDECAR_SLACK_WEBHOOK_URL"):
        assert f"{name} is wrong" in str(error.value)


def test_every_missing_setting_is_named_at_once():
    with pytest.raises(SettingsError) as error:
        Settings.from_env({})
    for name in GOOD:
        assert name in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIDECAR_DATABASE_URL", "mysql://x/y"),
        ("SIDECAR_JWT_KEYS", "a:short"),
        ("SIDECAR_ENCRYPTION_KEYS", "not a key"),
        ("SIDECAR_LEASE_SECONDS", "soon"),
        ("SIDECAR_LEASE_SECONDS", "0"),
        ("SIDECAR_PUBLIC_URL", "leads.example.com"),
        ("SIDECAR_SLACK_WEBHOOK_URL", "hooks.slack.com/services/x"),
        ("SIDECAR_SMTP_URL", "http://mail.example.com"),
        ("SIDECAR_ENRICHMENT_GOALS", "everything"), ("SIDECAR_ENRICHMENT_GOALS", "bulk="),
        ("SIDECAR_PROVIDER_PRICES", "hunter"), ("SIDECAR_PROVIDER_PRICES", "nobody=1"),
        ("SIDECAR_PROVIDER_PRICES", "hunter=1000"), ("SIDECAR_PROVIDER_PRICES", "hunter=nan"),
        ("SIDECAR_CEILING_PER_LEAD", "little"), ("SIDECAR_CEILING_PER_DAY", "-1"),
        ("SIDECAR_CEILING_PER_DAY", "nan"), ("SIDECAR_PROVIDER_CEILINGS", "nobody=1"),
        ("SIDECAR_PROVIDER_CEILINGS", "hunter="), ("SIDECAR_PROVIDER_CEILINGS", "hunter=-1"),
    ],
)
def test_a_wrong_setting_is_named(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_env(GOOD | {name: value})


def test_goals_are_of_all_of_a_lane_or_of_a_source():
    settings = Settings.from_env(GOOD | {"SIDECAR_ENRICHMENT_GOALS": "fill, bulk=decision, trade fair=reach"})
    assert settings.enrichment_goals == {"": "fill", "bulk": "decision", "trade fair": "reach"}


def test_ceilings_are_amounts_and_none_is_no_ceiling():
    assert not Settings.from_env(GOOD).ceilings.any
    ceilings = Settings.from_env(GOOD | {
        "SIDECAR_CEILING_PER_LEAD": "0.5", "SIDECAR_PROVIDER_CEILINGS": "hunter=49, apollo=0"}).ceilings
    assert (ceilings.lead, ceilings.day, ceilings.month) == (0.5, math.inf, {"hunter": 49, "apollo": 0})


def test_a_secret_may_come_from_a_file(tmp_path):
    path = tmp_path / "hash-key"
    path.write_text("f" * 40 + "\n")
    environ = {k: v for k, v in GOOD.items() if k != "SIDECAR_HASH_KEY"}
    assert Settings.from_env(environ | {"SIDECAR_HASH_KEY_FILE": str(path)}).hash_key == "f" * 40


def test_what_the_environment_lacks_is_looked_up_in_the_file_of_settings(tmp_path):
    path, secret = tmp_path / "settings.json", tmp_path / "smtp_url"
    path.write_text(json.dumps({
        "SIDECAR_LEASE_SECONDS": "20", "SIDECAR_MAX_ROUNDS": 2, "SIDECAR_SMTP_URL": "smtp://of.the.file",
        "SIDECAR_MAIL_TO": "sales@example.com"}))
    secret.write_text("smtp://mail.example.com\n")
    settings = Settings.from_env(GOOD | {
        "SIDECAR_SETTINGS_FILE": str(path), "SIDECAR_LEASE_SECONDS": "30",
        "SIDECAR_SMTP_URL_FILE": str(secret)})
    assert (settings.lease_seconds, settings.max_rounds) == (30, 2)
    assert settings.channels["email"].lead_recipients() == ("sales@example.com",)
    assert settings.channels["email"].smtp_url == "smtp://mail.example.com"


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_a_file_of_settings_that_is_none_is_named(tmp_path, text):
    path = tmp_path / "settings.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match="SIDECAR_SETTINGS_FILE is wrong"):
        Settings.from_env(GOOD | {"SIDECAR_SETTINGS_FILE": str(path)})

"""Settings are read once and refused at start when wrong."""

from dataclasses import fields
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

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
    ],
)
def test_a_wrong_setting_is_named(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_env(GOOD | {name: value})


def test_a_secret_may_come_from_a_file(tmp_path):
    path = tmp_path / "hash-key"
    path.write_text("f" * 40 + "\n")
    environ = {k: v for k, v in GOOD.items() if k != "SIDECAR_HASH_KEY"}
    assert Settings.from_env(environ | {"SIDECAR_HASH_KEY_FILE": str(path)}).hash_key == "f" * 40


def test_every_setting_is_explained_in_the_example_file():
    text = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    for item in fields(Settings):
        assert f"SIDECAR_{item.name.upper()}=" in text, item.name

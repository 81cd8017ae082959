"""The generated secrets of a stack: made once, kept in one file that only its owner reads."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.settings import read_env_file


def _word() -> str:
    return secrets.token_urlsafe(32)


def _password() -> str:
    # n8n wants 8 characters or more, one of them a digit and one a capital letter.
    return f"{secrets.token_urlsafe(15)}-A1"


def _fernet() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


GENERATED: dict[str, Callable[[], str]] = {
    "POSTGRES_PASSWORD": _word,
    "SIDECAR_DATABASE_PASSWORD": _word,
    "N8N_DATABASE_PASSWORD": _word,
    "VALKEY_PASSWORD": _word,
    "N8N_ENCRYPTION_KEY": _word,
    "N8N_RUNNERS_AUTH_TOKEN": _word,
    "JWT_SECRET": _word,
    "FERNET_KEY": _fernet,
    "HASH_KEY": _word,
    "WAKE_TOKEN": _word,
    "WEBHOOK_TOKEN": _word,
    "SLACK_SIGNING_SECRET": _word,
    "CLIENT_N8N_SECRET": _word,
    "CLIENT_LOCAL_ADMIN_SECRET": _word,
    "LOGIN_PASSWORD": _password,
    "SUPERVISOR_PASSWORD": _word,
}


def load(path: Path) -> dict[str, str]:
    """The secrets in that file; missing ones are made and written (mode 600, atomically)."""
    known = read_env_file(path)
    missing = {name: make() for name, make in GENERATED.items() if name not in known}
    if missing:
        known |= missing
        save(path, known)
    return known


def save(path: Path, known: Mapping[str, str]) -> None:
    """Write these secrets into that file."""
    write_private(path, "".join(f"{name}={value}\n" for name, value in known.items()))


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file that only its owner may read; a reader sees the old or the new one, whole, and so does
    who comes after a power cut."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """The names in that folder are on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

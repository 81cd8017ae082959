"""What the engine does with secrets: encryption at rest, keyed hashes, password hashes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.fernet import Fernet, MultiFernet

from sidecar.jsons import as_json

_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
# To check against when there is nobody, so that the answer takes as long: no password is known for it.
NOBODY = f"scrypt${base64.b64encode(bytes(16)).decode()}${base64.b64encode(bytes(32)).decode()}"


class Vault:
    """Encrypts JSON values at rest (MultiFernet: the first key encrypts, all decrypt)."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, value: Any) -> bytes:
        """JSON value -> ciphertext."""
        return self._fernet.encrypt(as_json(value))

    def open(self, sealed: bytes | memoryview) -> Any:
        """Ciphertext -> JSON value. Raises cryptography.fernet.InvalidToken for a foreign one."""
        return json.loads(self._fernet.decrypt(bytes(sealed)))


def keyed_hash(key: str, *parts: str) -> str:
    """HMAC-SHA256 as hex over the parts; tells equality and nothing else."""
    return hmac.new(key.encode(), "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


def hash_password(password: str) -> str:
    """scrypt hash as `scrypt$salt$hash` (parameters: OWASP password storage sheet, N=2^14)."""
    salt = os.urandom(16)
    digest = hashlib.scrypt(password.encode(), salt=salt, **_SCRYPT)
    return f"scrypt${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def check_password(password: str, stored: str) -> bool:
    """Whether the password belongs to the stored hash; constant time."""
    _, salt, digest = stored.split("$")
    actual = hashlib.scrypt(
        password.encode(), salt=base64.b64decode(salt), **_SCRYPT
    )
    return hmac.compare_digest(actual, base64.b64decode(digest))



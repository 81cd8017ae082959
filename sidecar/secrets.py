"""What the engine does with secrets: encryption at rest, keyed hashes, password hashes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from contextlib import suppress
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sidecar.jsons import as_json, of_json

_VERSION = b"\x81"  # Fernet's tokens begin with 0x80
_NONCE = 12
_PURPOSE = b"values at rest"
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
# To check against when there is nobody, so that the answer takes as long: no password is known for it.
NOBODY = f"scrypt${base64.b64encode(bytes(16)).decode()}${base64.b64encode(bytes(32)).decode()}"


class Vault:
    """Encrypts JSON values at rest: AES-256-GCM-SIV under a key that is derived from the first Fernet key;
    all open what they encrypted, Fernet's own tokens of earlier releases too.

    A ciphertext is URL-safe base64 of a version, a random nonce of 96 bits, and what RFC 8452 makes: there a
    nonce that comes twice, after billions of values, gives away no more than that two values are equal.
    """

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._siv = [AESGCMSIV(HKDF(hashes.SHA256(), 32, salt=None, info=_PURPOSE).derive(
            base64.urlsafe_b64decode(key))) for key in keys]

    def seal(self, value: Any) -> bytes:
        """JSON value -> ciphertext."""
        nonce = os.urandom(_NONCE)
        return base64.urlsafe_b64encode(
            _VERSION + nonce + self._siv[0].encrypt(nonce, as_json(value), _VERSION))

    def open(self, sealed: bytes | memoryview) -> Any:
        """Ciphertext -> JSON value. Raises cryptography.fernet.InvalidToken for a foreign one."""
        token = bytes(sealed)
        try:
            data = base64.urlsafe_b64decode(token)
        except ValueError:
            raise InvalidToken from None
        if data[:1] != _VERSION:
            return json.loads(self._fernet.decrypt(token))
        for siv in self._siv:
            with suppress(InvalidTag):
                return of_json(siv.decrypt(data[1:1 + _NONCE], data[1 + _NONCE:], _VERSION).decode())
        raise InvalidToken


def keyed_hash(key: str, *parts: str) -> str:
    """HMAC-SHA256 as hex over the parts; tells equality and nothing else."""
    return hmac.digest(key.encode(), "\x1f".join(parts).encode(), "sha256").hex()


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



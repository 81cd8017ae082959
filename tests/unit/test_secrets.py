"""Encryption at rest, keyed hashes, password hashes."""

import pytest
from cryptography.fernet import Fernet, InvalidToken

from sidecar.secrets import Vault, check_password, hash_password, keyed_hash

KEY = Fernet.generate_key().decode()


def test_what_is_sealed_can_be_opened():
    vault = Vault((Fernet.generate_key().decode(),))
    value = {"name": "李小龍", "odd": "\ud800", "list": [1, None]}
    assert vault.open(vault.seal(value)) == value


def test_an_old_key_still_opens_and_a_foreign_one_does_not():
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    sealed = Vault((old,)).seal("x")
    assert Vault((new, old)).open(sealed) == "x"
    with pytest.raises(InvalidToken):
        Vault((new,)).open(sealed)


def test_what_fernet_encrypted_before_is_still_opened():
    assert Vault((KEY,)).open(Fernet(KEY).encrypt(b'{"email": "ada@example.com"}')) == {
        "email": "ada@example.com"}


@pytest.mark.parametrize("changed", [b"", b"!", b"gQ", b"x" * 80])
def test_what_was_changed_is_not_opened(changed):
    with pytest.raises(InvalidToken):
        Vault((KEY,)).open(changed)
    sealed = bytearray(Vault((KEY,)).seal("a secret"))
    sealed[-6] ^= 1
    with pytest.raises(InvalidToken):
        Vault((KEY,)).open(bytes(sealed))


def test_keyed_hashes_differ_by_key_and_by_how_parts_are_cut():
    assert keyed_hash("k", "a", "b") == keyed_hash("k", "a", "b")
    assert len({keyed_hash("k", "a", "b"), keyed_hash("j", "a", "b"), keyed_hash("k", "ab")}) == 3


def test_passwords():
    stored = hash_password("correct horse")
    assert check_password("correct horse", stored)
    assert not check_password("battery staple", stored)
    assert hash_password("correct horse") != stored

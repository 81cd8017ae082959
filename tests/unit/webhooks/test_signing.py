"""Signatures against the published example of Standard Webhooks."""

from __future__ import annotations

import base64

from sidecar.webhooks import new_secret, signature

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_published_example():
    assert signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}') == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")


def test_whatever_is_signed_counts():
    said = ("message", 1, b"body")
    signatures = {signature(SECRET, *said), signature(SECRET, "other", *said[1:]),
                  signature(SECRET, "message", 2, b"body"), signature(SECRET, "message", 1, b"bodies"),
                  signature(new_secret(bytes(32)), *said)}
    assert len(signatures) == 5


def test_a_secret_is_marked_as_one():
    assert new_secret(bytes(range(32))) == "whsec_" + base64.b64encode(bytes(range(32))).decode()

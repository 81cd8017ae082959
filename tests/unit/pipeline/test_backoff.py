"""How long to wait before something is tried again."""

from __future__ import annotations

from sidecar.pipeline.backoff import backoff


def test_the_wait_doubles_up_to_the_most():
    assert [backoff(failures, most=300) for failures in range(11)] == [
        1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert [backoff(failures, first=60) for failures in range(3)] == [60, 120, 240]
    assert backoff(10_000, first=5, most=3600) == 3600

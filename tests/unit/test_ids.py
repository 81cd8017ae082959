"""Time-ordered ids."""

import uuid

import pytest

from sidecar.ids import is_id, new_id


def test_new_ids_are_version_7_and_ordered_by_time():
    assert uuid.UUID(new_id()).version == 7
    assert {uuid.UUID(new_id()).variant for _ in range(100)} == {uuid.RFC_4122}
    ids = [new_id() for _ in range(3)]
    assert [i[:8] for i in ids] == sorted(i[:8] for i in ids)


@pytest.mark.parametrize("value", ["", "x", None, 7, "0" * 32, "{" + "0" * 36 + "}"])
def test_what_is_no_id(value):
    assert not is_id(value)


def test_what_is_one():
    assert is_id(new_id())

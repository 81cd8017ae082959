"""Hosts: the reading in one step says what the steps say."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sidecar.records import web

PARTS = st.sampled_from([
    "a", "b1", "-", "--", ".", "..", "www", "example", "com", "co.uk", "/", "://", "https", "http", "?",
    "#", "@", "xn--", "_", "1", "x" * 30, "y" * 70, " ", "Z9", "\\", ":80"])


@given(st.lists(PARTS, min_size=1, max_size=9).map("".join))
@example("https://www.Example.com/about?x=1#y")
def test_plain_hosts_are_read_as_the_others(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web, "_PLAIN_HOST", re.compile("(?!)"))
        slowly = web.host_of(text)
    assert web.host_of(text) == slowly

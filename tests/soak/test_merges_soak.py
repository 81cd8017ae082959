"""A thousand random chains of intake, merge, edit, event and merges taken back: all as if never merged.

`make soak` runs it, `make test` runs a few; MERGE_CHAINS sets how many.
"""

from __future__ import annotations

import os
import time

from tests.integration.chains import OWNERS, Chain
from tests.integration.conftest import Api, api, app, engine, environ, users_of  # noqa: F401

CHAINS = int(os.environ.get("MERGE_CHAINS", "1000"))
FIRST = 10_000  # seeds that the shorter test has not


def test_a_thousand_chains_end_as_if_nobody_had_been_merged(api, engine, capsys):  # noqa: F811
    users_of(engine, *OWNERS)
    begun = time.monotonic()
    for seed in range(FIRST, FIRST + CHAINS):
        if seed % 50 == 0:
            api = Api(api.client, "tests")  # its token may end
        chain = Chain(api, engine, seed)
        chain.run(8 + seed % 12)
        chain.check()
    with capsys.disabled():
        print(f"\n{CHAINS} chains of merges taken back, {time.monotonic() - begun:.0f} s")

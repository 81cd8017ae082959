"""A large import over people who are known is taken back: every table as before.

`make soak` runs it; UNDO_ROWS sets how many rows, of which a fifth are people who are known.
"""

from __future__ import annotations

import os
import time

from tests.integration.conftest import api, app, engine, environ  # noqa: F401
from tests.integration.test_import_undo import HEADER, differences, imported, row, snapshot, undone

ROWS = int(os.environ.get("UNDO_ROWS", "10000"))
KNOWN = ROWS // 5


def test_a_large_import_over_known_people_leaves_nothing_behind(api, engine, capsys):  # noqa: F811
    """Half of the known come twice, all others once; some say other things of people and companies."""
    imported(engine, HEADER + "".join(row(n) for n in range(KNOWN)))
    before = snapshot(engine)
    rows = [*range(KNOWN), *range(KNOWN // 2), *range(KNOWN, ROWS - KNOWN // 2)]
    begun = time.monotonic()
    job = imported(engine, HEADER + "".join(
        row(n, title=f"Head of {at % 9}", phone="" if at % 3 else f"+4989{2000000 + n}",
            tags=f"fair{at % 5}", message="" if at % 2 else f"Hello {at}", utm="ads",
            company=f"Firm {n % 7} GmbH", source="demo_request") for at, n in enumerate(rows)))
    came = time.monotonic()
    assert (job["counts"]["created"], job["counts"]["updated"]) == (ROWS - 3 * KNOWN // 2, 3 * KNOWN // 2)
    assert snapshot(engine) != before
    read = time.monotonic()
    found = undone(engine, job)
    with capsys.disabled():
        print(f"\n{ROWS} rows over {KNOWN} known people: in {came - begun:.0f} s, taken back in"
              f" {time.monotonic() - read:.0f} s")
    assert differences(before, snapshot(engine)) == {}
    assert (found["kept"], found["kept_count"]) == ([], 0)

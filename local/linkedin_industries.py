"""Make sidecar/records/linkedin_industries.tsv anew: `python -m local.linkedin_industries`.

Source: LinkedIn's industry codes V2 (learn.microsoft.com, "Industry codes V2"), as the MIT-licensed project
trysignalbase/industry-codes publishes them in JSON. `make refresh-lists` does it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

SOURCE = "https://raw.githubusercontent.com/trysignalbase/industry-codes/main/industry_codes.json"
TABLE = Path(__file__).parents[1] / "sidecar" / "records" / "linkedin_industries.tsv"
_HEAD = (
    "# LinkedIn's industry codes V2 (learn.microsoft.com), by the MIT-licensed trysignalbase/industry-codes\n"
    "# industry, the one above it\n"
)


def table(industries: Iterable[Mapping[str, Any]]) -> str:
    """Return a line for each {"hierarchy": "Wholesale > Wholesale Machinery"}: an industry and its parent."""
    lines = set()
    for industry in industries:
        path = [name.strip() for name in industry["hierarchy"].split(">")]
        lines.add(f"{path[-1]}\t{path[-2] if len(path) > 1 else ''}\n")
    return _HEAD + "".join(sorted(lines))


if __name__ == "__main__":
    with urlopen(SOURCE, timeout=60) as answer:
        TABLE.write_text(table(json.load(answer)["industries"]), encoding="utf-8")

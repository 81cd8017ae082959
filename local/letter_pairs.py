"""Make sidecar/tables/letter_pairs.tsv anew from CLDR: `python -m local.letter_pairs`.

`make refresh-lists` does it after it has brought the package that carries CLDR up to date.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from babel import Locale

from sidecar.tables.encoding import LANGUAGES, pairs_of

_LETTERS = re.compile(r"(?:[^\W\d_]|['’\u0300-\u036f\u0590-\u0eff])+")
TABLE = Path(__file__).parents[1] / "sidecar" / "tables" / "letter_pairs.tsv"


def letter_pairs() -> str:
    """The table: a language and how often each pair of letters stands in its words."""
    lines = ["# CLDR (Babel): names of places, languages, currencies, months, days; ^ and $ are ends\n"]
    for language in sorted(set(LANGUAGES)):
        locale = Locale.parse(language)
        texts = {
            *locale.territories.values(), *locale.languages.values(), *locale.scripts.values(),
            *locale.currencies.values(), *(zone.get("city", "") for zone in locale.time_zones.values()),
            *(name for names in (*locale.months.values(), *locale.days.values())
              for name in names["wide"].values())}
        counts = Counter(pair for text in texts for word in _LETTERS.findall(text) for pair in pairs_of(word))
        lines.append("\t".join((language, *(
            f"{pair}{count}" for pair, count in sorted(counts.items(), key=lambda c: (-c[1], c[0]))))) + "\n")
    return "".join(lines)


if __name__ == "__main__":
    TABLE.write_text(letter_pairs(), encoding="utf-8")

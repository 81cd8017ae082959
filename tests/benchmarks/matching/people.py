"""Made-up people with duplicates: any number of rows, each with the number of its person.

Names, streets and towns are as unevenly frequent as in life (Zipf 1949); a postcode belongs to one
town; three in ten live with somebody else, mostly of their own family name. A tenth of the rows repeat an
earlier one with one to three errors.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from itertools import accumulate

_SYLLABLES = [
    a + b + c for a in ("b", "br", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v", "w")
    for b in "aeiou" for c in ("", "l", "n", "r", "s")
]  # fmt: skip
FIELDS = ("given_name", "surname", "street_number", "address_1", "suburb", "postcode", "state", "phone",
          "email")


class Pool:
    """Words of a kind, the nth as frequent as 1/n."""

    def __init__(self, maker: random.Random, size: int, ending: str = "") -> None:
        made = {"".join(maker.choices(_SYLLABLES, k=maker.choice((2, 2, 3)))) + ending for _ in range(size)}
        self.words = sorted(made)
        maker.shuffle(self.words)
        self.weights = list(accumulate(1 / (rank + 10) for rank in range(len(self.words))))

    def draw(self, maker: random.Random) -> str:
        """Return one word."""
        return maker.choices(self.words, cum_weights=self.weights)[0]


def misspell(maker: random.Random, text: str) -> str:
    """Return the text with a typing error: a sign more, less, other, or two transposed."""
    if not text:
        return text
    at = maker.randrange(len(text))
    sign = maker.choice("0123456789" if text[at].isdigit() else "abcdefghijklmnopqrstuvwxyz")
    return maker.choice((
        text[:at] + sign + text[at:], text[:at] + text[at + 1:], text[:at] + sign + text[at + 1:],
        text[:at] + text[at + 1:at + 2] + text[at] + text[at + 2:],
    ))  # fmt: skip


def spoil(maker: random.Random, row: dict[str, str]) -> dict[str, str]:
    """Return the row as somebody else would type it, or the same person after a move."""
    row = dict(row)
    for _ in range(maker.randint(1, 3)):
        kind = maker.random()
        field = maker.choice(FIELDS)
        if kind < 0.55:
            row[field] = misspell(maker, row[field])
        elif kind < 0.8:
            row[field] = ""
        elif kind < 0.87:
            row["given_name"], row["surname"] = row["surname"], row["given_name"]
        elif kind < 0.94:
            row["given_name"] = row["given_name"][:1]
        else:
            row["phone"] = f"04{maker.randrange(10**8):08}"
    return row


def people(count: int, seed: int = 0) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (person, row)."""
    maker = random.Random(seed)
    given, family = Pool(maker, 3000), Pool(maker, 30000)
    streets, towns = Pool(maker, 5000, " street"), Pool(maker, 3000)
    place = {town: (f"{maker.randrange(1000, 9999)}", maker.choice(("nsw", "vic", "qld", "wa", "sa")))
             for town in towns.words}
    recent: deque[tuple[int, dict[str, str]]] = deque(maxlen=10_000)
    homes: deque[dict[str, str]] = deque(maxlen=10_000)
    for number in range(count):
        kind = maker.random()
        if recent and kind < 0.1:
            person, row = maker.choice(recent)
            yield person, spoil(maker, row)
            continue
        row = dict.fromkeys(FIELDS, "")
        if homes and kind < 0.35:
            row |= maker.choice(homes)
            row["email"] = ""
            if maker.random() < 0.3:
                row["surname"] = family.draw(maker)
            if maker.random() < 0.6:
                row["phone"] = f"04{maker.randrange(10**8):08}"
        else:
            town = towns.draw(maker)
            row = row | {
                "surname": family.draw(maker), "street_number": f"{int(maker.paretovariate(0.5))}"[:4],
                "address_1": streets.draw(maker), "suburb": town, "postcode": place[town][0],
                "state": place[town][1], "phone": f"0{maker.randrange(10**9):09}",
            }  # fmt: skip
            homes.append(row)
        row = row | {"given_name": given.draw(maker)}
        if maker.random() < 0.3:
            row["email"] = f"{row['given_name']}.{row['surname']}{maker.randrange(100)}@gmail.com"
        recent.append((number, row))
        yield number, row

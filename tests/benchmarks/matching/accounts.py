"""Made-up lists of accounts: colleagues who share company, city and switchboard; and what a CRM makes of it.

Nobody in them exists. Given names are as unevenly frequent as in life (Zipf 1949).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate

from local.given_names import TABLE
from tests.benchmarks.matching.people import Pool

Row = dict[str, str]
EMPLOYERS = 100
_TRADES = ("Optik", "Bau", "Werke", "Logistik", "Pumps", "Systems")
_CITIES = ("Berlin", "Hamburg", "Leipzig", "Köln", "Essen", "Wien", "Zürich", "Graz", "Bern", "Ulm")
_STAND_INS = ("noemail@noemail.com", "none@none.com", "test@test.com", "na@na.com", "noreply@firm.example")


def accounts(count: int, seed: int = 0) -> Iterator[tuple[int, Row]]:
    """Yield (person, row): people at a hundred employers, each with a mailbox of their own."""
    maker = random.Random(seed)
    given = [name.capitalize() for name in TABLE.read_text(encoding="utf-8").split()]
    maker.shuffle(given)
    given = given[:1200]
    weights = list(accumulate(1 / (rank + 10) for rank in range(len(given))))
    family = Pool(maker, 8000)
    employers = []
    for number in range(EMPLOYERS):
        name = f"{family.draw(maker).capitalize()} {maker.choice(_TRADES)}"
        employers.append({
            "company_name": f"{name} {maker.choice(('GmbH', 'AG', 'Ltd'))}", "city": maker.choice(_CITIES),
            "phone": f"+49 30 {23_000_000 + 10_007 * number}",
            "email": f"@{name.lower().replace(' ', '-')}.de",
        })
    taken: set[str] = set()
    for number in range(count):
        employer = maker.choice(employers)
        first, last = maker.choices(given, cum_weights=weights)[0], family.draw(maker).capitalize()
        local = maker.choice((f"{first}.{last}", f"{first[0]}.{last}", f"{first[0]}{last}", last)).lower()
        email = local + employer["email"]
        email = email if email not in taken else f"{local}{number}{employer['email']}"
        taken.add(email)
        yield number, employer | {"first_name": first, "last_name": last, "email": email}


def crm(count: int, seed: int = 0) -> Iterator[tuple[int, Row]]:
    """Yield (person, row): accounts, a tenth of them twice, and for every twentieth what should not join: an
    assistant or a relative on somebody's mailbox, an address that somebody else has now, two on a
    function's mailbox, an invented address."""
    maker = random.Random(seed)
    people = []
    for person, row in accounts(count, seed):
        if maker.random() < 0.35:
            row = row | {"phone": f"+49 15{maker.randrange(1, 8)} {maker.randrange(10**8):08}"}
        people.append((person, row))
    yield from people
    for _ in range(count // 10):
        person, row = maker.choice(people)
        yield person, _written_again(maker, row)
    for number in range(count, count + count // 20):
        (_, row), (person, other) = maker.sample(people, 2)
        kind = maker.randrange(4)
        if kind == 0:
            yield person, other | {"email": row["email"], "phone": row["phone"]}
        elif kind == 1:
            while other["first_name"] == row["first_name"]:
                _, other = maker.choice(people)
            yield number, row | {"first_name": other["first_name"]}
        elif kind == 2:
            box = "info@" + row["email"].partition("@")[2]
            yield people.index((_, row)), row | {"email": box}
            yield person, other | {"email": box}
        else:
            yield person, other | {"email": maker.choice(_STAND_INS)}


def _written_again(maker: random.Random, row: Row) -> Row:
    """The same person as somebody else would enter them."""
    first, last = row["first_name"], row["last_name"]
    row = row | maker.choice((
        {}, {"first_name": f"{first[0]}."}, {"first_name": ""}, {"first_name": last, "last_name": first},
        {"first_name": first.upper(), "last_name": last.upper()}, {"last_name": f"{last}-Maier"},
    ))
    if maker.random() < 0.3:
        row["email"] = maker.choice((
            row["email"].replace("@", "+crm@"), f"{last}.{first}@gmail.com".lower(), ""))
    if maker.random() < 0.3:
        row["phone"] = ""
    return row

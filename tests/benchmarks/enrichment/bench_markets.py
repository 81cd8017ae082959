"""`python -m tests.benchmarks.enrichment.bench_markets`: the planner on 20 markets that it was not tuned on.

Ten are wide (markets.py), ten plain (plain_markets.py). Of each market, in the same run: buying
everything at once, a fixed order tuned to the market's own hit rates, the order of the file, and the planner
with the goals `decision` and `fill`; and what `fill` costs at least in hindsight. Agreement is the share of
leads whose grade is the one that buying everything gives. A picture of cost against agreement goes to
docs/images/.
"""

from __future__ import annotations

import time
from multiprocessing import Pool
from pathlib import Path
from typing import Any, NamedTuple

from sidecar.enrichment.market import (
    Market,
    all_at_once,
    fixed_order,
    fixed_order_wants,
    simulate,
    tuned_order,
)
from sidecar.enrichment.offers import PLACES
from sidecar.scoring import default_model
from tests.benchmarks.enrichment.hindsight import least
from tests.benchmarks.enrichment.markets import market
from tests.benchmarks.enrichment.plain_markets import plain_market

KINDS = {"wide": market, "plain": plain_market}
SEEDS = range(9601, 9611)  # tuned was on 5001 to 5012, 8001 to 8010, 9001 to 9020 and 9501 to 9510
PICTURE = Path(__file__).resolve().parents[3] / "docs" / "images" / "enrichment-markets.svg"
WAYS = {"planner": "#1f6feb", "tuned order": "#bf5a00", "file's order": "#8250df", "all at once": "#57606a"}
Lines = list[dict[str, Any]]


class Result(NamedTuple):
    """Of one market: way -> (cost, share of grades as if everything were bought), and of `fill` (cost, share
    of fields known) by way. `least`: what `fill` costs at least (hindsight.py); `seconds`: CPU for the goal
    `decision`."""

    kind: str
    seed: int
    leads: int
    operations: int
    decided: dict[str, tuple[float, float]]
    filled: dict[str, tuple[float, float]]
    least: tuple[float, float]
    seconds: float


def measure(one: tuple[str, int]) -> Result:
    """Go through one market, a kind and a seed, in all ways."""
    kind, seed = one
    model, world = default_model(), Market.read(KINDS[kind](seed))
    full = list(all_at_once(world, model))
    names = [name for name, place in PLACES.items() if place in world.fields()]
    orders = {"file's order": [offer.name for offer in world.offers]}

    def decided(lines: Lines) -> tuple[float, float]:
        same = sum(a["grade"] == b["grade"] for a, b in zip(lines, full, strict=True))
        return _cost(lines), same / len(full)

    def filled(lines: Lines) -> tuple[float, float]:
        known = sum(name in line["fields"] for line in lines for name in names)
        return _cost(lines), known / len(lines) / len(names)

    def fixed(goal: Any) -> dict[str, Lines]:
        wanted = fixed_order_wants(world, model, goal)
        return {way: list(fixed_order(world, model, order, wanted))
                for way, order in ({"tuned order": tuned_order(world, wanted)} | orders).items()}

    began = time.process_time()
    ours = list(simulate(world, model, "decision"))
    seconds = time.process_time() - began
    return Result(
        kind, seed, len(full), len(world.offers),
        {way: decided(lines) for way, lines in (
            {"planner": ours, "all at once": full} | fixed("decision")).items()},
        {way: filled(lines) for way, lines in (
            {"planner": list(simulate(world, model, "fill")), "all at once": full} | fixed("fill")).items()},
        least(world, world.fields()), seconds)


def _cost(lines: Lines) -> float:
    return float(sum(line["cost"] for line in lines))


def main() -> None:
    """Print a line for each market and the sums; draw the picture."""
    print("Decision: cost / tuned order's; points of agreement lost by planner, tuned order, file's order.\n"
          "Fill: cost / tuned order's, / all at once; at least (hindsight.py), / all at once, by who asks all"
          " that might tell, and by who knows all beforehand; points of fill above the tuned order.\n"
          "Each ratio is of the markets' sums, then the mean of the markets' own.\n"
          f"   market leads calls | {'decision':29} | {'fill':61} | CPU")
    results = []
    with Pool() as pool:
        for one in pool.imap(measure, [(kind, seed) for kind in KINDS for seed in SEEDS]):
            results.append(one)
            print(f"{one.kind:5} {one.seed:3} {one.leads:5} {one.operations:5} | {_decided([one])} |"
                  f" {_filled([one])} | {one.seconds:.1f}", flush=True)
    for kind in (*KINDS, "all"):
        them = [one for one in results if kind in (one.kind, "all")]
        print(f"{kind:10} {sum(one.leads for one in them):5} {'':4} | {_decided(them)} | {_filled(them)}"
              f" | {sum(one.seconds for one in them):.1f}")
    PICTURE.write_text(picture(results), encoding="utf-8")


def _costs(ways: list[dict[str, tuple[float, float]]], other: str) -> str:
    """The planner's cost as a multiple of another way's."""
    return _multiple([(way["planner"][0], way[other][0]) for way in ways])


def _multiple(pairs: list[tuple[float, float]]) -> str:
    """One cost as a multiple of another: of the sums, and the mean of the markets' own."""
    ours, theirs = map(sum, zip(*pairs, strict=True))
    return f"{ours / theirs:6.3f} {sum(a / b for a, b in pairs) / len(pairs):6.3f}"


def _decided(results: list[Result]) -> str:
    lost = {way: 100 * sum((1 - one.decided[way][1]) * one.leads for one in results) / sum(
        one.leads for one in results) for way in WAYS}
    return _costs([one.decided for one in results], "tuned order") + "   " + " ".join(
        f"{lost[way]:5.2f}" for way in ("planner", "tuned order", "file's order"))


def _filled(results: list[Result]) -> str:
    ways = [one.filled for one in results]
    more = 100 * sum(
        (one.filled["planner"][1] - one.filled["tuned order"][1]) * one.leads for one in results) / sum(
        one.leads for one in results)
    leasts = " ".join(_multiple([(one.least[number], one.filled["all at once"][0]) for one in results])
                      for number in range(2))
    return f"{_costs(ways, 'tuned order')} {_costs(ways, 'all at once')} {leasts} {more:+6.2f}"


def picture(results: list[Result]) -> str:
    """An SVG: across, the cost as a multiple of the tuned order's; up, the agreement. A dot is a market."""
    width, height, left, right, bottom, lowest, dearest = 760, 420, 64, 736, 372, 0.955, 4.0

    def x(cost: float) -> float:
        return left + min(cost, dearest) / dearest * (right - left)

    def y(agreement: float) -> float:
        return bottom - (max(agreement, lowest) - lowest) / (1 - lowest) * (bottom - 40)

    def text(at: float, up: float, said: str, anchor: str = "start") -> str:
        return f'<text x="{at:.0f}" y="{up:.0f}" text-anchor="{anchor}">{said}</text>'

    def dot(at: float, up: float, radius: int, paint: str) -> str:
        return f'<circle cx="{at:.1f}" cy="{up:.1f}" r="{radius}" {paint}/>'

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"'
        ' font-size="12" fill="#57606a">', f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        text(left, 24, "Grades that are those of buying everything. A dot is a market, a ring all of them."),
        text((left + right) / 2, height - 12, "Cost, as a multiple of that of a tuned fixed order", "middle"),
        *(text(x(step), bottom + 18, str(step), "middle") for step in range(5))]
    for percent in range(96, 101):
        parts += [f'<path d="M{left} {y(percent / 100):.1f}H{right}" stroke="#d0d7de"/>',
                  text(left - 8, y(percent / 100) + 4, f"{percent} %", "end")]
    leads, tuned = sum(one.leads for one in results), sum(one.decided["tuned order"][0] for one in results)
    for place, (way, colour) in enumerate(WAYS.items()):
        parts += [dot(x(one.decided[way][0] / one.decided["tuned order"][0]), y(one.decided[way][1]), 3,
                      f'fill="{colour}" fill-opacity="0.6"') for one in results]
        cost = sum(one.decided[way][0] for one in results) / tuned
        agreement = sum(one.decided[way][1] * one.leads for one in results) / leads
        row = 250 + 22 * place
        parts += [dot(x(cost), y(agreement), 8, f'fill="none" stroke="{colour}" stroke-width="3"'),
                  dot(right - 296, row, 5, f'fill="{colour}"'),
                  text(right - 284, row + 4,
                       f"{way}: {cost:.2f} × the cost, {100 * agreement:.2f} % the same")]
    return "\n".join([*parts, "</svg>\n"])


if __name__ == "__main__":
    main()

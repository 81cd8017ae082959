"""How many machine events are out and how many of people are lost; what an event costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from time import perf_counter
from typing import Any

from sidecar.robots import Crowd
from sidecar.robots.judging import judge_deeds
from sidecar.robots.reading import read

Told = tuple[dict[str, Any], str | None]


def judged(people: Iterable[list[Told]]) -> list[tuple[dict[str, Any], str | None, str | None]]:
    """[(event, the machine's kind or None, the code or None)] of all people, with what they show together."""
    all_ = [list(told) for told in people]
    deeds = [[read(event) for event, _ in told] for told in all_]
    crowd = Crowd((str(number), deed) for number, of in enumerate(deeds) for deed in of)
    return [
        (event, truth, mark)
        for told, of in zip(all_, deeds, strict=True)
        for (event, truth), mark in zip(told, judge_deeds(of, crowd), strict=True)
    ]


def shares(results: Iterable[tuple[dict[str, Any], str | None, str | None]]) -> dict[str, Any]:
    """{out: share of machine events that are marked, lost: of people's, of: {kind: (marked, all)}, wrong:
    Counter of the codes of people's}."""
    of: dict[str, list[int]] = {}
    wrong: Counter[str] = Counter()
    people = lost = 0
    for _, truth, mark in results:
        if truth is None:
            people += 1
            if mark:
                lost += 1
                wrong[mark] += 1
        else:
            kind = of.setdefault(truth, [0, 0])
            kind[0] += mark is not None
            kind[1] += 1
    machines = [sum(pair) for pair in zip(*of.values(), strict=True)]
    return {
        "out": machines[0] / machines[1],
        "lost": lost / people,
        "machines": machines[1],
        "people": people,
        "of": {kind: tuple(pair) for kind, pair in sorted(of.items())},
        "wrong": wrong,
    }


def main() -> None:
    """Print the shares of both generators, and the cost of an event beside a loop that only reads it."""
    from tests.benchmarks.robots import development, held_out

    print("\nRobots: machine events out, people's events lost")
    for name, world in (("development", development.world), ("held out", held_out.world)):
        told = shares(judged(person.events for person in world(20_261_126, 1500)))
        print(
            f"  {name:12} {told['out']:7.2%} of {told['machines']} out, {told['lost']:6.2%} of"
            f" {told['people']} lost {dict(told['wrong'])}"
        )
        print("   ", ", ".join(f"{kind} {out}/{all_}" for kind, (out, all_) in told["of"].items()))
    people = [[event for event, _ in person.events] for person in development.world(7, 1500)]
    count = sum(map(len, people))
    started = perf_counter()
    for events in people:
        for event in events:
            for name in event:
                event[name]
    bare = perf_counter() - started
    started = perf_counter()
    for events in people:
        judge_deeds([read(event) for event in events])
    spent = perf_counter() - started
    print(
        f"  {spent / count * 1e6:.0f} µs an event, {spent / bare:.0f} times a loop that only reads"
    )


if __name__ == "__main__":
    main()

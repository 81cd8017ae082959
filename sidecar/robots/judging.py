"""Which events of a person are a machine's.

A machine is known by what an event shows by itself (`reading`), and by what only the events of a person
together show. It depends on the set of events alone, not on their order: an event that comes late may turn
the judgement of others, either way. Sources of the rules:
- opens and clicks within 5 seconds of the delivery, and clicks within 9 seconds of a machine's open, are
  machines' (lemlist, "Identifying legitimate clicks and opens"); a click with no open before it within 30
  seconds of the delivery, too (ValueBuilder, "Understanding bot filtering"). Later, a click with no open is
  a person's who sees no pictures;
- several links of a mail in the same second, or at the pace of a machine (Marketo, "Proximity pattern": 0
  to 3 seconds; paminga.com, "Bot filtering": every link in 3 seconds, and random pauses; suped.com: all
  links, the more so within 10 minutes of the delivery);
- who follows a hidden link is one (Marketo community, "Honeypot link"), and so is what the same address and
  program did within minutes of it;
- a link that is followed again from elsewhere by another program within seconds (resend issue 901): filters
  check a link when it is clicked.

"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import inf
from statistics import median
from typing import Any, Final

from sidecar.robots import agents
from sidecar.robots.crowd import CROWD, Crowd
from sidecar.robots.reading import Deed, read

# Seconds.
_AT_DELIVERY: Final = 5.0
_UNREAD: Final = 30.0  # a click in this time needs an open before it
_SOON: Final = 120.0  # filters are at work then, the most of them
_FROM_CLOUD: Final = 300.0
_BEFORE: Final = -300.0  # earlier than that, a clock is wrong
_CHAIN: Final = 15.0  # between the deeds of one machine
_HIDDEN: Final = 600.0
_ASKED: Final = 3.0  # a filter asks for the head of a page, then for the page
_ECHO: Final = 15.0
_AWAY: Final = 600.0  # what a source does so long after is another matter
# So many different links, at so many seconds each on average, are a machine's. People open two links in a few
# seconds, and several of a newsletter in a minute.
_PACE: Final = ((2, 1.0), (3, 2.5), (4, 4.0), (5, 6.0), (6, 10.0), (8, 15.0), (10, 25.0))
_BEGUN: Final = 4.0  # a person who opened a mail looks at it before they click
_READ: Final = 3600.0  # so long after it was opened a mail may be before somebody
_LONGEST: Final = 32  # links of a burst that are looked at together


def judge(events: Sequence[Mapping[str, Any]], crowd: Crowd | None = None) -> list[str | None]:
    """The machine's code (`terms.states.MACHINES`) or None, of each event of one person or mailbox: all their
    mails, in any order, in any of the words that `reading` knows. crowd: what others did at that time."""
    return judge_deeds([read(event) for event in events], crowd)


def judge_deeds(deeds: Sequence[Deed], crowd: Crowd | None = None) -> list[str | None]:
    """`judge`, of events that were read."""
    marks: list[str | None] = [deed.sign for deed in deeds]
    timed = sorted((number for number, deed in enumerate(deeds) if deed.at is not None),
                   key=lambda number: _at(deeds[number]))
    mails: dict[str | None, list[int]] = defaultdict(list)
    for number in timed:
        mails[deeds[number].message].append(number)
    delivered = _deliveries(deeds)
    places, sources = _by(deeds, timed, "address"), _by(deeds, timed, "source")
    for message, numbers in mails.items():
        at = delivered.get(message)
        _mark_bursts(deeds, marks, numbers, at, _read_from(deeds, marks, numbers, at))
        if at is not None:
            _mark_at_delivery(deeds, marks, numbers, at, places)
    _mark_across_mails(deeds, marks, timed)
    _mark_pages(deeds, marks, timed)
    _mark_many_mails(deeds, marks, timed)
    if crowd is not None:
        for kind in ("open", "click"):
            for number in _free(deeds, marks, timed, kind):
                if crowd.has(deeds[number]) and (
                        kind == "open" or not _was_read(deeds, marks, number, sources)):
                    marks[number] = CROWD
    _mark_sources(deeds, marks, timed)
    for message, numbers in mails.items():
        if (at := delivered.get(message)) is not None:
            _mark_unread(deeds, marks, numbers, at, sources)
    _mark_echoes(deeds, marks, mails.values(), timed)
    return marks


def _by(deeds: Sequence[Deed], numbers: Iterable[int], name: str) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = defaultdict(list)
    for number in numbers:
        found[getattr(deeds[number], name)].append(number)
    return found


def _at(deed: Deed) -> float:
    return deed.at if deed.at is not None else 0.0


def _deliveries(deeds: Iterable[Deed]) -> dict[str | None, float]:
    """When each mail was first delivered; of events that name no mail there must be one delivery."""
    found: dict[str | None, set[float]] = defaultdict(set)
    for deed in deeds:
        if deed.delivered is not None:
            found[deed.message].add(deed.delivered)
    return {message: min(times) for message, times in found.items() if message is not None or len(times) == 1}


def _free(
    deeds: Sequence[Deed], marks: Sequence[str | None], numbers: Iterable[int], *kinds: str
) -> list[int]:
    return [number for number in numbers if marks[number] is None and deeds[number].kind in kinds]


def _mark_at_delivery(
    deeds: Sequence[Deed], marks: list[str | None], numbers: Sequence[int], delivered: float,
    places: Mapping[Any, Sequence[int]],
) -> None:
    known: dict[str | None, bool] = {}
    for number in _free(deeds, marks, numbers, "open", "click"):
        after = _at(deeds[number]) - delivered
        if _BEFORE <= after <= _AT_DELIVERY:
            marks[number] = "at_delivery"
        elif deeds[number].hosting and _BEFORE <= after <= _FROM_CLOUD:
            address = deeds[number].address
            if address not in known:
                known[address] = _known_elsewhere(deeds, marks, places[address], delivered)
            if address is None or not known[address]:
                marks[number] = "data_centre"


def _known_elsewhere(
    deeds: Sequence[Deed], marks: Sequence[str | None], numbers: Iterable[int], delivered: float
) -> bool:
    """Whether an address acts when no filter is at work: it is somebody's way into the net, then."""
    return any(
        marks[number] is None and (
            _at(deed) - deed.delivered if deed.delivered is not None else abs(_at(deed) - delivered)) > _AWAY
        for number in numbers for deed in (deeds[number],))


def _was_read(
    deeds: Sequence[Deed], marks: Sequence[str | None], click: int, sources: Mapping[Any, Sequence[int]]
) -> bool:
    """Whether the same source opened the mail some seconds before, and no machine did."""
    deed = deeds[click]
    return any(
        marks[number] is None and deeds[number].kind == "open" and deeds[number].message == deed.message
        and 3.0 <= _at(deed) - _at(deeds[number]) <= _READ for number in sources[deed.source])


def _mark_unread(
    deeds: Sequence[Deed], marks: list[str | None], numbers: Sequence[int], delivered: float,
    sources: Mapping[Any, Sequence[int]],
) -> None:
    """Clicks in the first seconds before which nobody opened the mail, of somebody who is not known."""
    opened = min((_at(deeds[number]) for number in _free(deeds, marks, numbers, "open")), default=None)
    seen: dict[Any, tuple[float, float]] = {}
    for number in _free(deeds, marks, numbers, "click"):
        at, source = _at(deeds[number]), deeds[number].source
        if at - delivered > _UNREAD or (opened is not None and opened <= at):
            continue
        if source not in seen:
            times = [_at(deeds[other]) for other in sources[source] if marks[other] is None]
            seen[source] = (min(times), max(times))
        if at - seen[source][0] <= _AWAY and seen[source][1] - at <= _AWAY:
            marks[number] = "at_delivery"


def _read_from(
    deeds: Sequence[Deed], marks: Sequence[str | None], numbers: Iterable[int], delivered: float | None
) -> float:
    """From when on somebody may be reading a mail: some seconds after it was opened later than at once."""
    return _BEGUN + min((
        _at(deeds[number]) for number in _free(deeds, marks, numbers, "open")
        if delivered is None or _at(deeds[number]) - delivered > _UNREAD), default=inf)


def _mark_bursts(
    deeds: Sequence[Deed], marks: list[str | None], numbers: Sequence[int], delivered: float | None,
    read_from: float,
) -> None:
    """Clicks of one mail at a machine's pace, of one address, of one program, of all; and opens beside them.
    Those that are known as a machine's already count in their pace, too."""
    clicks = [number for number in numbers if deeds[number].kind == "click"]
    if len(clicks) > 1:
        groups: dict[tuple[str, Any], list[int]] = defaultdict(list)
        for number in clicks:
            deed = deeds[number]
            groups["all", None].append(number)
            if deed.address:
                groups["address", deed.address].append(number)
            if deed.agent:
                groups["agent", deed.agent].append(number)
        found: set[int] = set()
        # Of one source alone the groups are the same.
        for alike, factor in {tuple(group): 0.5 if by == "all" else 1.0
                              for (by, _), group in groups.items() if len(group) > 1}.items():
            found |= _burst(deeds, alike, delivered, factor, read_from)
        _mark(marks, found, "burst")
        _mark(marks, _repeated(deeds, clicks), "burst")
        links: dict[str | None, list[int]] = defaultdict(list)
        for number in clicks:
            links[deeds[number].link].append(number)
        for group in links.values():
            _mark(marks, _from_everywhere(deeds, group, _ECHO), "burst")
    opens = [number for number in numbers if deeds[number].kind == "open"]
    _mark(marks, _from_everywhere(deeds, opens, 10.0), "burst")
    _mark(marks, _opened_with(deeds, marks, opens, clicks, delivered), "burst")


def _mark(marks: list[str | None], numbers: Iterable[int], code: str) -> None:
    for number in numbers:
        if marks[number] is None:
            marks[number] = code


def _burst(
    deeds: Sequence[Deed], clicks: Sequence[int], delivered: float | None, factor: float, read_from: float
) -> set[int]:
    """Those of some clicks, in the order of time, that are part of a burst."""
    found: set[int] = set()
    times = [_at(deeds[number]) for number in clicks]
    longest = _PACE[-1][1] * 2
    until = 0  # those before are found, from the first of the last burst on
    for first in range(len(clicks) - 1):
        soon = delivered is not None and _BEFORE <= times[first] - delivered <= _SOON and (
            times[first] < read_from)
        links: set[str] = set()
        unnamed = 0
        counts: list[int] = []  # of what is there up to each
        for last in range(first, min(first + _LONGEST, len(clicks))):
            if last > first and times[last] - times[last - 1] > longest:
                break
            link = deeds[clicks[last]].link
            if link is None:
                unnamed += 1
            else:
                links.add(link)
            counts.append(len(links) if links else unnamed if unnamed > 2 else 0)
        for last in range(first + len(counts) - 1, max(first, until - 1), -1):
            count = counts[last - first]
            if count > 1 and times[last] - times[first] <= (count - 1) * _pace(count) * factor * (
                    2 if soon else 1) and _even(times[first:last + 1]):
                found.update(clicks[max(first, until):last + 1])
                until = last + 1
                break
    return found | _regular(deeds, clicks, times)


def _pace(count: int) -> float:
    return next(seconds for least, seconds in reversed(_PACE) if count >= least)


def _even(times: Sequence[float]) -> bool:
    """Whether no pause stands out: a person who comes after a machine is not in its burst."""
    gaps = sorted(later - earlier for earlier, later in pairwise(times))
    return len(gaps) < 2 or gaps[-1] <= 3.0 or gaps[-1] <= 5.0 * median(gaps[:-1])


def _regular(deeds: Sequence[Deed], clicks: Sequence[int], times: Sequence[float]) -> set[int]:
    """Five links or more at the same pause between any two, as a timer makes them."""
    found: set[int] = set()
    for first in range(len(clicks) - 4):
        run = times[first:first + 5]
        gaps = [later - earlier for earlier, later in pairwise(run)]
        mean = (run[-1] - run[0]) / 4
        if 0 < mean <= 120 and max(abs(gap - mean) for gap in gaps) <= max(0.6, 0.05 * mean) and len(
                {deeds[number].link for number in clicks[first:first + 5]}) == 5:
            found.update(clicks[first:first + 5])
    return found


def _repeated(deeds: Sequence[Deed], clicks: Sequence[int]) -> set[int]:
    """Four clicks or more on one link within three seconds; a person clicks twice, or three times."""
    by: dict[str | None, list[int]] = defaultdict(list)
    for number in clicks:
        by[deeds[number].link].append(number)
    return {number for group in by.values() for start in range(len(group) - 3)
            if _at(deeds[group[start + 3]]) - _at(deeds[group[start]]) <= 3.0
            for number in group[start:start + 4]}


def _from_everywhere(deeds: Sequence[Deed], numbers: Sequence[int], seconds: float) -> set[int]:
    """Opens of one mail, or clicks on one link, from three addresses or more within seconds."""
    found: set[int] = set()
    for first, number in enumerate(numbers):
        near = [other for other in numbers[first:first + _LONGEST]
                if _at(deeds[other]) - _at(deeds[number]) <= seconds
                and not agents.is_image_proxy(deeds[other].agent)]
        if len({deeds[other].address for other in near} - {None}) > 2:
            found.update(near)
    return found


def _opened_with(
    deeds: Sequence[Deed], marks: Sequence[str | None], opens: Sequence[int], clicks: Sequence[int],
    delivered: float | None,
) -> set[int]:
    """Opens in the seconds of a burst of clicks, by the same address or program, or soon after the delivery;
    and opens with a click of the same source in half a second: nobody has read by then."""
    bursts = _Times((of, _at(deeds[click])) for click in clicks if marks[click] == "burst"
                    for of in (None, ("address", deeds[click].address), ("agent", deeds[click].agent)))
    found: set[int] = set()
    for number in opens:
        deed = deeds[number]
        at = _at(deed)
        if ((deed.address and bursts.near(("address", deed.address), at, 5.0))
                or (deed.agent and bursts.near(("agent", deed.agent), at, 5.0))
                or (delivered is not None and at - delivered <= _AWAY
                    and not agents.is_image_proxy(deed.agent) and bursts.near(None, at, 5.0))):
            found.add(number)
    at_once = [_Times((deeds[number].source, _at(deeds[number])) for number in numbers)
               for numbers in (clicks, opens)]
    for numbers, others in zip((opens, clicks), at_once, strict=True):
        found |= {number for number in numbers if deeds[number].address
                  and others.near(deeds[number].source, _at(deeds[number]), 0.5)}
    return found


class _Times:
    """Times of many things, to be asked whether one of a thing's is near."""

    def __init__(self, told: Iterable[tuple[Any, float]]) -> None:
        self._by: dict[Any, list[float]] = defaultdict(list)
        for of, at in told:
            self._by[of].append(at)
        for times in self._by.values():
            times.sort()

    def near(self, of: Any, at: float, seconds: float) -> bool:
        times = self._by.get(of, [])
        place = bisect_left(times, at - seconds)
        return place < len(times) and times[place] <= at + seconds


def _mark_across_mails(deeds: Sequence[Deed], marks: list[str | None], timed: Sequence[int]) -> None:
    """Clicks of one source at a machine's pace in several mails."""
    by: dict[Any, list[int]] = defaultdict(list)
    for number in timed:
        if deeds[number].kind == "click" and deeds[number].source:
            by[deeds[number].source].append(number)
    for clicks in by.values():
        if len({deeds[number].message for number in clicks}) > 1:
            _mark(marks, _burst(deeds, clicks, None, 0.5, inf), "burst")


def _mark_pages(deeds: Sequence[Deed], marks: list[str | None], timed: Sequence[int]) -> None:
    """Three pages or more within a second of one source."""
    by: dict[Any, list[int]] = defaultdict(list)
    for number in timed:
        if deeds[number].kind == "view":
            by[deeds[number].source].append(number)
    for views in by.values():
        for first in range(len(views) - 2):
            near = [number for number in views[first:first + _LONGEST]
                    if _at(deeds[number]) - _at(deeds[views[first]]) <= 1.0]
            if len({deeds[number].link for number in near}) > 2:
                _mark(marks, near, "burst")


def _mark_many_mails(deeds: Sequence[Deed], marks: list[str | None], timed: Sequence[int]) -> None:
    """Four mails or more that are opened within two seconds are not read."""
    opens = [number for number in timed if deeds[number].kind == "open" and deeds[number].message]
    for first in range(len(opens) - 3):
        near = [number for number in opens[first:first + _LONGEST]
                if _at(deeds[number]) - _at(deeds[opens[first]]) <= 2.0]
        if len({deeds[number].message for number in near}) > 3:
            _mark(marks, near, "burst")


def _mark_sources(deeds: Sequence[Deed], marks: list[str | None], timed: Sequence[int]) -> None:
    """What a machine's address and program did within seconds of its other deeds; of who followed a hidden
    link, within minutes; of who asked for the head of a page, that page."""
    by: dict[Any, list[int]] = defaultdict(list)
    for number in timed:
        if deeds[number].kind in ("open", "click", "view") and (source := deeds[number].source):
            by[source].append(number)
    for numbers in by.values():
        if not any(marks[number] for number in numbers):
            continue
        for run in (numbers, numbers[::-1]):
            machine: float | None = None
            hidden: float | None = None
            asked: dict[str | None, float] = {}  # link -> when its head alone was asked for
            for number in run:
                at, link = _at(deeds[number]), deeds[number].link
                if marks[number] is None and (
                        (link in asked and abs(at - asked[link]) <= _ASKED)
                        or (machine is not None and abs(at - machine) <= _CHAIN)
                        or (hidden is not None and abs(at - hidden) <= _HIDDEN)):
                    marks[number] = "same_source"
                if marks[number] == "method":
                    asked[link] = at
                if (mark := marks[number]) and mark not in ("method", "privacy_proxy", "prefetch"):
                    machine = at
                    hidden = at if mark == "hidden_link" else hidden


def _mark_echoes(
    deeds: Sequence[Deed], marks: list[str | None], mails: Iterable[Sequence[int]], timed: Sequence[int]
) -> None:
    """Of two clicks on one link of a mail from two addresses and by two programs within seconds, the one of
    whom nothing else is known; else the later."""
    deeds_of: Counter[Any] = Counter()  # how many an address, a program, or both have that are no machine's

    def count(deed: Deed, by: int) -> None:
        for of in (("address", deed.address), ("agent", deed.agent), (deed.address, deed.agent, "both")):
            deeds_of[of] += by

    def known(deed: Deed) -> int:
        return (deeds_of["address", deed.address] + deeds_of["agent", deed.agent]
                - deeds_of[deed.address, deed.agent, "both"])

    for number in timed:
        if marks[number] is None:
            count(deeds[number], 1)
    for numbers in mails:
        clicks = _free(deeds, marks, numbers, "click")
        for place, first in enumerate(clicks):
            for second in clicks[place + 1:place + _LONGEST]:
                one, other = deeds[first], deeds[second]
                if _at(other) - _at(one) > _ECHO or marks[first] is not None:
                    break
                if (one.link == other.link and one.address and other.address and one.agent and other.agent
                        and one.address != other.address and one.agent != other.agent
                        and marks[second] is None):
                    echo = first if known(other) > known(one) else second
                    marks[echo] = "echo"
                    count(deeds[echo], -1)

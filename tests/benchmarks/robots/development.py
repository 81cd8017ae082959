"""Events of people and of machines, with the truth: what the rules of `sidecar.robots` were made on.

Machines do what is documented of them (docs/TRACKING.md, "What machines do"), people what people do, from
distributions that know nothing of the rules' thresholds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 {}Safari/537.36{}"
SYSTEMS = ("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64")
OUTLOOK = (
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; .NET4.0C; .NET4.0E; "
    "Microsoft Outlook 16.0.{}; ms-office; MSOffice 16)"
)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
AHEAD = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)
PROGRAMS = (
    "python-requests/2.31.0",
    "Go-http-client/1.1",
    "curl/8.4.0",
    "Java/17.0.9",
    "okhttp/4.12.0",
    "Barracuda Sentinel (EE)",
    "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "Apache-HttpClient/4.5.13",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/124.0 "
    "Safari/537.36",
    "Mimecast/1.0",
    "",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b",
    "axios/1.6.7",
    "Symantec Email Security",
    "TMES/2.0",
    "FireEye-URL-Scanner",
    "Sophos Link Protect",
)
DAY = 86_400


@dataclass
class Person:
    name: str
    chance: Random
    now: float
    events: list[tuple[dict[str, Any], str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = self.chance
        self.home, self.office = address(chance), address(chance)
        self.laptop = chance.choice(
            (
                CHROME.format(chance.choice(SYSTEMS), chance.randint(96, 134), "", ""),
                CHROME.format(SYSTEMS[0], v := chance.randint(100, 134), "", f" Edg/{v}.0.0.0"),
                f"Mozilla/5.0 ({SYSTEMS[0]}; rv:{(w := chance.randint(102, 135))}.0) Gecko/20100101 "
                f"Firefox/{w}.0",
            )
        )
        self.phone = chance.choice(
            (
                f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_{chance.randint(0, 6)} like Mac OS X) "
                "AppleWebKit/605.1.15 (KHTML, like Gecko) "
                f"Version/17.{chance.randint(0, 6)} Mobile/15E148 Safari/604.1",
                CHROME.format("Linux; Android 14; SM-S918B", chance.randint(110, 134), "Mobile ", ""),
            )
        )
        self.reader = chance.choice(
            (GMAIL, YAHOO, self.laptop, self.phone, OUTLOOK.format(chance.randint(4266, 17_000)), GMAIL)
        )

    def add(self, sign: str | None, kind: str, at: float, mail: dict[str, Any], **more: Any) -> None:
        """sign: the machine's kind, None for what the person did."""
        event = {
            "person": self.name,
            "type": f"email_{kind}",
            "occurred_at": round(at, 3),
            "message_id": mail["id"],
            "delivered_at": mail["delivered"],
            **more,
        }
        self.events.append(({name: value for name, value in event.items() if value is not None}, sign))


def address(chance: Random) -> str:
    return (
        f"{chance.choice((62, 78, 81, 88, 91, 94, 185, 212, 2))}.{chance.randint(0, 255)}."
        f"{chance.randint(0, 255)}.{chance.randint(1, 254)}"
    )


def mail(chance: Random, now: float) -> dict[str, Any]:
    number = f"{chance.getrandbits(64):x}"
    return {
        "id": f"<{number}@mail.example>",
        "delivered": round(now, 3),
        "links": [f"https://example.com/{number[:4]}/{place}" for place in range(chance.randint(2, 14))],
    }


def person_reads(person: Person, told: dict[str, Any]) -> None:
    """What a person does with a mail, if anything."""
    chance = person.chance
    if chance.random() < 0.3:
        return
    at = told["delivered"] + chance.lognormvariate(8.2, 2.0) + chance.uniform(6, 40)
    where = chance.choice((person.home, person.office))
    pictures = chance.random() > 0.2
    if pictures:
        person.add(None, "open", at, told, user_agent=person.reader, ip=where)
    at += chance.lognormvariate(2.5, 0.9)
    habit = chance.random()
    if habit < 0.35:
        links = []
    elif habit < 0.7:
        links = [chance.choice(told["links"])]
    elif habit < 0.85:
        links = chance.sample(told["links"], 2)
    elif habit < 0.95:
        links = chance.choices(told["links"], k=chance.randint(2, 4))
    else:
        links = chance.sample(told["links"], min(len(told["links"]), chance.randint(3, 6)))
    device = chance.choice((person.laptop, person.laptop, person.phone))
    for link in links:
        person.add(None, "click", at, told, user_agent=device, ip=where, url=link)
        if chance.random() < 0.08:
            person.add(
                None, "click", at + chance.uniform(0.15, 0.9), told, user_agent=device, ip=where, url=link
            )
        if chance.random() < 0.4:
            person.add(
                None,
                "view",
                at + chance.uniform(0.5, 3),
                told | {"id": None},
                user_agent=device,
                ip=where,
                path="/" + link[-4:],
            )
        at += chance.uniform(2.5, 20) if chance.random() < 0.3 else chance.lognormvariate(3.6, 0.9) + 3
    if chance.random() < 0.2:  # on another device, soon
        person.add(None, "open", at + chance.uniform(5, 400), told, user_agent=person.phone, ip=person.home)
    if chance.random() < 0.2:  # again another day
        later = at + chance.uniform(0.4, 3) * DAY
        person.add(None, "open", later, told, user_agent=person.laptop, ip=person.office)
        if chance.random() < 0.5:
            person.add(
                None,
                "click",
                later + chance.lognormvariate(2, 1) + 1,
                told,
                user_agent=person.laptop,
                ip=person.office,
                url=chance.choice(told["links"]),
            )
    if chance.random() < 0.07:  # colleagues to whom it was forwarded
        for _ in range(chance.randint(1, 3)):
            then = at + chance.lognormvariate(7, 1.5)
            agent = CHROME.format(chance.choice(SYSTEMS), chance.randint(110, 134), "", "")
            person.add(None, "open", then, told, user_agent=agent, ip=person.office)
            if chance.random() < 0.5:
                person.add(
                    None,
                    "click",
                    then + chance.lognormvariate(2.5, 0.8),
                    told,
                    user_agent=agent,
                    ip=person.office,
                    url=chance.choice(told["links"]),
                )


def scanner_bursts(person: Person, told: dict[str, Any]) -> None:
    """A filter that looks like a browser follows all links, soon after the delivery or in the queue."""
    chance = person.chance
    at = told["delivered"] + chance.choice(
        (chance.uniform(0, 4), chance.uniform(1, 90), chance.uniform(30, 1800))
    )
    where = [address(chance) for _ in range(chance.choice((1, 1, 1, 3)))]
    who = [
        CHROME.format(SYSTEMS[0], chance.randint(90, 131), "", "") for _ in range(chance.choice((1, 1, 2)))
    ]
    pause = chance.choice((0.0, 0.05, 0.3, 0.8, 1.2))
    if chance.random() < 0.6:
        person.add("burst", "open", at, told, user_agent=who[0], ip=where[0])
    for link in told["links"]:
        at += pause * chance.uniform(0.3, 1.7)
        person.add(
            "burst", "click", at, told, user_agent=chance.choice(who), ip=chance.choice(where), url=link
        )


def scanner_slow(person: Person, told: dict[str, Any]) -> None:
    """One with random pauses between links."""
    chance = person.chance
    if len(told["links"]) < 5:
        return
    at = told["delivered"] + chance.uniform(2, 300)
    where, who = address(chance), CHROME.format(SYSTEMS[0], chance.randint(90, 131), "", "")
    for link in told["links"]:
        person.add("slow", "click", at, told, user_agent=who, ip=where, url=link)
        at += chance.uniform(0.5, 6)


def at_delivery(person: Person, told: dict[str, Any]) -> None:
    chance = person.chance
    agent = chance.choice((GMAIL, CHROME.format(SYSTEMS[0], chance.randint(90, 131), "", "")))
    where = address(chance)
    person.add(
        "at_delivery",
        "open",
        told["delivered"] + chance.choice((0, 0, 1, chance.uniform(0, 3))),
        told,
        user_agent=agent,
        ip=where,
    )
    if agent != GMAIL and chance.random() < 0.5:
        person.add(
            "at_delivery",
            "click",
            told["delivered"] + chance.uniform(0.2, 4.5),
            told,
            user_agent=agent,
            ip=where,
            url=chance.choice(told["links"]),
        )


def program(person: Person, told: dict[str, Any]) -> None:
    chance = person.chance
    who, where = chance.choice(PROGRAMS), address(chance)
    at = told["delivered"] + chance.lognormvariate(5, 2.5)
    for link in chance.sample(told["links"], chance.randint(1, 2)):
        person.add(
            "agent",
            "click",
            at,
            told,
            user_agent=who,
            ip=where,
            url=link,
            method=chance.choice(("GET", "HEAD", None)),
        )
        at += chance.uniform(0.1, 30)


def head(person: Person, told: dict[str, Any]) -> None:
    chance = person.chance
    at, where = told["delivered"] + chance.uniform(1, 5000), address(chance)
    who = CHROME.format(SYSTEMS[0], chance.randint(90, 131), "", "")
    link = chance.choice(told["links"])
    person.add("head", "click", at, told, user_agent=who, ip=where, url=link, method="HEAD")


def apple(person: Person, told: dict[str, Any]) -> None:
    chance = person.chance
    person.add(
        "apple",
        "open",
        told["delivered"] + chance.lognormvariate(6, 2),
        told,
        user_agent="Mozilla/5.0",
        ip=chance.choice((f"17.{chance.randint(1, 250)}.3.4", f"104.28.{chance.randint(1, 250)}.9")),
        sg_machine_open=chance.choice((True, None)),
    )


def gmail_ahead(person: Person, told: dict[str, Any]) -> None:
    chance = person.chance
    person.add(
        "ahead",
        "open",
        told["delivered"] + chance.uniform(0, 60),
        told,
        user_agent=AHEAD,
        ip=f"66.249.{chance.randint(64, 95)}.{chance.randint(1, 254)}",
    )


def flagged(person: Person, told: dict[str, Any]) -> None:
    chance = person.chance
    more = chance.choice(
        ({"sg_machine_open": True}, {"client-info": {"bot": "generic"}}, {"is_prefetched": True})
    )
    person.add(
        "flagged", "open", told["delivered"] + chance.lognormvariate(5, 2), told, ip=address(chance), **more
    )


def trapped(person: Person, told: dict[str, Any]) -> None:
    chance = person.chance
    at, where = told["delivered"] + chance.uniform(5, 900), address(chance)
    who = CHROME.format(SYSTEMS[1], chance.randint(90, 131), "", "")
    for number, link in enumerate([*told["links"][:2], "https://example.com/honeypot"]):
        person.add("hidden", "click", at + 4 * number, told, user_agent=who, ip=where, url=link)


def gateway(person: Person, told: dict[str, Any]) -> None:
    chance = person.chance
    person.add(
        "gateway",
        "click",
        told["delivered"] + chance.uniform(10, 1200),
        told,
        url=told["links"][0],
        user_agent=CHROME.format(SYSTEMS[0], chance.randint(90, 131), "", ""),
        ip=chance.choice(
            (
                f"104.47.{chance.randint(0, 60)}.254",
                f"40.94.29.{chance.randint(1, 250)}",
                f"209.222.82.{chance.randint(1, 250)}",
                f"52.101.3.{chance.randint(1, 250)}",
            )
        ),
    )


def echo(person: Person, told: dict[str, Any]) -> None:
    """A person clicks, and a filter looks at the same link."""
    chance = person.chance
    at, link = told["delivered"] + chance.uniform(300, 9000), chance.choice(told["links"])
    person.add(None, "open", at - 9, told, user_agent=person.laptop, ip=person.office)
    person.add(None, "click", at, told, user_agent=person.laptop, ip=person.office, url=link)
    person.add(
        "echo",
        "click",
        at + chance.uniform(0.2, 12),
        told,
        url=link,
        ip=address(chance),
        user_agent=CHROME.format(SYSTEMS[2], chance.randint(80, 95), "", ""),
    )


MACHINES = (
    scanner_bursts,
    scanner_bursts,
    scanner_bursts,
    scanner_slow,
    at_delivery,
    at_delivery,
    program,
    program,
    head,
    apple,
    apple,
    gmail_ahead,
    flagged,
    trapped,
    gateway,
    echo,
)


def world(seed: int, people: int = 400) -> Iterator[Person]:
    """People with all that came from their mailboxes."""
    chance = Random(seed)
    for number in range(people):
        person = Person(f"person-{number}", Random(chance.getrandbits(64)), 1_790_000_000.0)
        for _ in range(chance.randint(1, 5)):
            person.now += chance.uniform(0.5, 9) * DAY
            told = mail(person.chance, person.now)
            person_reads(person, told)
            if chance.random() < 0.6:
                chance.choice(MACHINES)(person, told)
        person.chance.shuffle(person.events)
        yield person

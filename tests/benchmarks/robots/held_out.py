"""Other people and other machines, with the truth, which the rules of `sidecar.robots` were not made on.

Events come in the shapes of mail services, to the second, with fields missing; people are quicker and
messier, machines of other makes.

"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

DAY = 86_400
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/{}.1 Safari/605.1.15"
)
CHROME = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 "
          "Safari/537.36")
ANDROID = (
    "Mozilla/5.0 (Linux; Android 13; Pixel 7 Build/TQ3A; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/{}.0.0.0 Mobile Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_{} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148"
)
THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Thunderbird/{0}.0"
OUTLOOK = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.{}; Pro)"
PROXIES = (
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Mozilla/5.0 (compatible; YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html)",
)
TOOLS = (
    "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)",
    "HTTPie/3.2.1",
    "node-fetch/1.0",
    "Wget/1.21",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "aiohttp/3.9 Python/3.11",
    "Microsoft Office Existence Discovery",
    "PhantomJS/2.1.1",
    "CiscoSecureEmail/1.0",
    "Trend Micro WTP",
    "Mozilla/5.0 (Windows; U; Windows NT 5.1; en-GB; rv:1.8.1.16) Gecko/20080702 Firefox/2.0.0.16",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "GuzzleHttp/7",
    "Fortinet FortiMail",
    "mimecast",
    "proofpoint-tap",
    "libwww-perl/6.72",
    "Amazon CloudFront",
    "MessageLabs Link Following",
    "Dart/3.2 (dart:io)",
)


@dataclass
class Mailbox:
    name: str
    chance: Random
    shape: Callable[[dict[str, Any]], dict[str, Any]]
    events: list[tuple[dict[str, Any], str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = self.chance
        self.network = f"{chance.choice((46, 79, 84, 109, 193))}.{chance.randint(0, 255)}"
        # Some work through a company's way into the net that stands in a cloud.
        self.vpn = (
            f"{chance.choice(('18.194', '52.29', '20.61', '34.141'))}"
            f".{chance.randint(0, 255)}.{chance.randint(1, 99)}"
            if chance.random() < 0.12
            else None
        )
        self.desk = chance.choice(
            (SAFARI.format(chance.randint(16, 18)), CHROME.format(chance.randint(109, 140)))
        )
        self.hand = chance.choice(
            (IPHONE.format(chance.randint(0, 4)), ANDROID.format(chance.randint(108, 140)))
        )
        self.program = chance.choice(
            (
                *PROXIES,
                self.desk,
                self.hand,
                THUNDERBIRD.format(chance.randint(102, 128)),
                OUTLOOK.format(chance.randint(10_000, 17_999)),
            )
        )

    def place(self) -> str:
        return self.vpn or f"{self.network}.{self.chance.randint(0, 3)}.{self.chance.randint(1, 254)}"

    def note(
        self,
        sign: str | None,
        kind: str,
        at: float,
        mail: dict[str, Any],
        *,
        agent: str | None = None,
        ip: str | None = None,
        url: str | None = None,
        **more: Any,
    ) -> None:
        told = {
            "who": self.name,
            "kind": kind,
            "at": at,
            "mail": mail,
            "agent": agent,
            "ip": ip,
            "url": url,
            **more,
        }
        if sign is None and self.chance.random() < 0.06:  # a field that was lost on the way
            told[self.chance.choice(("agent", "ip"))] = None
        self.events.append((self.shape(told), sign))


def _some(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}


def sendgrid(told: dict[str, Any]) -> dict[str, Any]:
    return _some(
        {
            "email": told["who"],
            "event": told["kind"],
            "timestamp": int(told["at"]),
            "useragent": told["agent"],
            "ip": told["ip"],
            "url": told["url"],
            "sg_message_id": told["mail"]["id"] + ".filter0307p1las1-1.0",
            "delivered_at": int(told["mail"]["delivered"]),
            "method": told.get("method"),
            "sg_machine_open": bool(told.get("flag")) if told["kind"] == "open" else None,
        }
    )


def mailgun(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "event-data": _some(
            {
                "recipient": told["who"],
                "event": {"open": "opened", "click": "clicked"}[told["kind"]],
                "timestamp": told["at"],
                "ip": told["ip"],
                "url": told["url"],
                "method": told.get("method"),
                "client-info": _some(
                    {
                        "user-agent": told["agent"],
                        "bot": "generic" if told.get("flag") else "",
                        "client-type": "unknown",
                    }
                ),
                "message": {"headers": {"message-id": told["mail"]["id"]}},
                "delivered-at": told["mail"]["delivered"],
            }
        )
    }


def postmark(told: dict[str, Any]) -> dict[str, Any]:
    return _some(
        {
            "RecordType": told["kind"].capitalize(),
            "Recipient": told["who"],
            "MessageID": told["mail"]["id"],
            "ReceivedAt": datetime.fromtimestamp(told["at"], UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z"),
            "UserAgent": told["agent"],
            "OriginalLink": told["url"],
            "Geo": _some({"IP": told["ip"]}),
            "DeliveredAt": datetime.fromtimestamp(told["mail"]["delivered"], UTC).isoformat(),
            "method": told.get("method"),
            "bot": True if told.get("flag") else None,
        }
    )


def own(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "email": told["who"],
        "type": f"email_{told['kind']}",
        "occurred_at": datetime.fromtimestamp(int(told["at"]), UTC).isoformat().replace("+00:00", "Z"),
        "properties": _some(
            {
                "user_agent": told["agent"],
                "ip": told["ip"],
                "url": told["url"],
                "message_id": told["mail"]["id"],
                "delivered_at": told["mail"]["delivered"] * 1000,
                "method": told.get("method"),
                "machine_open": told.get("flag"),
            }
        ),
    }


def reads(box: Mailbox, mail: dict[str, Any]) -> None:
    chance = box.chance
    if chance.random() < 0.25:
        return
    # Half at their desks within the hour, the rest whenever.
    wait = (
        chance.expovariate(1 / 1500) + 9
        if chance.random() < 0.5
        else chance.expovariate(1 / (0.8 * DAY)) + 60
    )
    at, place = mail["delivered"] + wait, box.place()
    if chance.random() < 0.78:
        box.note(None, "open", at, mail, agent=box.program, ip=place)
        if chance.random() < 0.15:
            box.note(None, "open", at + chance.uniform(0.4, 30), mail, agent=box.program, ip=place)
    device = chance.choice((box.desk, box.hand))
    count = chance.choices((0, 1, 2, 3, 4, 6), (40, 32, 15, 7, 4, 2))[0]
    at += 1.5 + chance.expovariate(1 / 14)
    for link in chance.sample(mail["links"], min(count, len(mail["links"]))):
        box.note(None, "click", at, mail, agent=device, ip=place, url=link)
        if chance.random() < 0.05:
            box.note(None, "click", at + chance.uniform(0.2, 1.4), mail, agent=device, ip=place, url=link)
        at += 2 + chance.expovariate(1 / 22)
    if chance.random() < 0.25:
        later = at + chance.expovariate(1 / (1.5 * DAY))
        box.note(None, "open", later, mail, agent=box.hand, ip=box.place())
        if chance.random() < 0.4:
            box.note(
                None,
                "click",
                later + 2 + chance.expovariate(1 / 10),
                mail,
                agent=box.hand,
                ip=box.place(),
                url=chance.choice(mail["links"]),
            )
    if chance.random() < 0.05:
        other = CHROME.format(chance.randint(100, 140))
        then = at + 60 + chance.expovariate(1 / 4000)
        box.note(None, "open", then, mail, agent=other, ip=place)
        box.note(
            None,
            "click",
            then + 3 + chance.expovariate(1 / 12),
            mail,
            agent=other,
            ip=place,
            url=chance.choice(mail["links"]),
        )


def elsewhere(chance: Random) -> str:
    return f"{chance.choice((45, 66, 103, 154, 207))}.{chance.randint(0, 255)}.{chance.randint(0, 255)}.7"


def sweep(box: Mailbox, mail: dict[str, Any]) -> None:
    """All links as fast as the machine can, at delivery or when the queue comes to it."""
    chance = box.chance
    at = mail["delivered"] + chance.expovariate(1 / 240)
    agent, ip = CHROME.format(chance.randint(95, 138)), elsewhere(chance)
    for link in chance.sample(mail["links"], len(mail["links"])):
        box.note("sweep", "click", at, mail, agent=agent, ip=ip, url=link)
        at += chance.expovariate(1 / 0.6)


def farm(box: Mailbox, mail: dict[str, Any]) -> None:
    """Each link by another node with another browser."""
    chance = box.chance
    at = mail["delivered"] + chance.uniform(3, 60)
    for link in mail["links"]:
        box.note(
            "farm",
            "click",
            at + chance.uniform(0, 3),
            mail,
            agent=CHROME.format(chance.randint(95, 138)),
            ip=elsewhere(chance),
            url=link,
        )


def timer(box: Mailbox, mail: dict[str, Any]) -> None:
    """A link every few seconds, to the second."""
    chance = box.chance
    if len(mail["links"]) < 5:
        return
    at, pause = mail["delivered"] + chance.uniform(20, 900), chance.choice((2, 3, 5, 10))
    agent, ip = SAFARI.format(15), elsewhere(chance)
    for link in mail["links"]:
        box.note("timer", "click", at, mail, agent=agent, ip=ip, url=link)
        at += pause


def instant(box: Mailbox, mail: dict[str, Any]) -> None:
    chance = box.chance
    agent, ip = chance.choice((box.program, CHROME.format(120), PROXIES[0])), elsewhere(chance)
    box.note("instant", "open", mail["delivered"] + chance.choice((0, 1, 1.5)), mail, agent=agent, ip=ip)
    if chance.random() < 0.6:
        box.note(
            "instant",
            "click",
            mail["delivered"] + chance.choice((1, 2, 3)),
            mail,
            agent=CHROME.format(120),
            ip=ip,
            url=mail["links"][0],
        )


def tool(box: Mailbox, mail: dict[str, Any]) -> None:
    chance = box.chance
    box.note(
        "tool",
        "click",
        mail["delivered"] + chance.expovariate(1 / 3000),
        mail,
        agent=chance.choice(TOOLS),
        ip=elsewhere(chance),
        url=chance.choice(mail["links"]),
    )


def asks_only(box: Mailbox, mail: dict[str, Any]) -> None:
    chance = box.chance
    at, agent, ip = mail["delivered"] + chance.expovariate(1 / 3000), CHROME.format(118), elsewhere(chance)
    for link in mail["links"][:2]:
        box.note("head", "click", at, mail, agent=agent, ip=ip, url=link, method="HEAD")
        at += chance.uniform(0.1, 40)


def relay(box: Mailbox, mail: dict[str, Any]) -> None:
    chance = box.chance
    box.note(
        "relay",
        "open",
        mail["delivered"] + chance.expovariate(1 / 9000),
        mail,
        agent="Mozilla/5.0",
        ip=f"146.75.{chance.randint(1, 250)}.{chance.randint(1, 250)}",
        flag=chance.random() < 0.5 or None,
    )


def said(box: Mailbox, mail: dict[str, Any]) -> None:
    chance = box.chance
    box.note(
        "flag",
        "open",
        mail["delivered"] + chance.expovariate(1 / 900),
        mail,
        agent=box.program,
        flag=True,
        ip=elsewhere(chance),
    )


def trap(box: Mailbox, mail: dict[str, Any]) -> None:
    chance = box.chance
    at, agent, ip = mail["delivered"] + chance.uniform(10, 600), CHROME.format(117), elsewhere(chance)
    for link in ("https://news.example/hp/honeypot?u=1", *mail["links"][:2]):
        box.note("trap", "click", at, mail, agent=agent, ip=ip, url=link)
        at += chance.uniform(1, 25)


def filter_(box: Mailbox, mail: dict[str, Any]) -> None:
    """Microsoft's and Barracuda's, and one in a cloud soon after the delivery."""
    chance = box.chance
    ip = chance.choice(("40.107.22.91", "104.47.17.62", "52.102.9.4", "209.222.84.11", "67.231.149.20"))
    box.note(
        "filter",
        "click",
        mail["delivered"] + chance.uniform(8, 400),
        mail,
        agent=CHROME.format(121),
        ip=ip,
        url=chance.choice(mail["links"]),
    )


def cloud(box: Mailbox, mail: dict[str, Any]) -> None:
    chance = box.chance
    ip = chance.choice(("3.71.14.9", "54.211.90.2", "20.93.4.81", "34.75.201.6"))
    box.note(
        "cloud",
        "click",
        mail["delivered"] + chance.uniform(6, 90),
        mail,
        agent=CHROME.format(119),
        ip=ip,
        url=chance.choice(mail["links"]),
    )


MACHINES = (
    sweep,
    sweep,
    farm,
    timer,
    instant,
    instant,
    tool,
    tool,
    asks_only,
    relay,
    relay,
    said,
    trap,
    filter_,
    cloud,
)


def world(seed: int, people: int = 400) -> Iterator[Mailbox]:
    """Mailboxes with all that came from them."""
    chance = Random(seed)
    for number in range(people):
        box = Mailbox(
            f"m{number}@example.org",
            Random(chance.getrandbits(64)),
            chance.choice((sendgrid, mailgun, postmark, own)),
        )
        now = 1_788_000_000 + chance.uniform(0, 5 * DAY)
        for _ in range(chance.choice((1, 1, 2, 3, 6))):
            now += chance.expovariate(1 / (5 * DAY))
            told = {
                "id": f"{box.chance.getrandbits(80):x}",
                "delivered": float(int(now)),
                "links": [
                    f"https://news.example/{box.chance.getrandbits(24):x}?p={place}"
                    for place in range(box.chance.randint(1, 11))
                ],
            }
            reads(box, told)
            if box.chance.random() < 0.5:
                box.chance.choice(MACHINES)(box, told)
        box.chance.shuffle(box.events)
        yield box

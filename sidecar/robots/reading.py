"""An event in whatever words it came -> a `Deed`, what judging works on.

Read are the engine's own events and those of mail services as they send them: SendGrid, Mailgun
(`event-data`, `client-info.bot`), Postmark (`RecordType`), Amazon SES (`mail`, `click`), SparkPost (`msys`,
`is_prefetched`), Brevo (`proxy_open`), Segment (`context`). A name is the same in whatever case and with
whatever hyphens, at any depth; what is nearer to the top wins.

"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from sidecar.robots import agents, networks


class Deed(NamedTuple):
    """What an event tells. kind: open, click, view, delivered, other; at: seconds since 1970, or None; agent:
    '' for one that was left out, None where none is told; delivered: when the mail was, as far as the event
    says; sign: the machine that the event alone shows; hosting: its network is said to be a data centre."""

    kind: str
    at: float | None
    message: str | None
    link: str | None
    address: str | None
    agent: str | None
    delivered: float | None
    sign: str | None
    hosting: bool

    @property
    def source(self) -> tuple[str | None, str | None] | None:
        """Who did it, as far as it can be told."""
        return (self.address, self.agent) if self.address or self.agent else None


_TYPES: Final = ("type", "event", "eventtype", "recordtype", "action", "kind", "eventname", "name")
_TIMES: Final = ("occurredat", "eventtime", "timestamp", "ts", "time", "receivedat", "clickedat", "openedat",
                 "originaltimestamp", "date", "createdat", "at")
_DELIVERED: Final = ("deliveredat", "deliverytime", "deliverytimestamp", "deliveredtime", "deliveredts",
                     "deliveredtimestamp", "messagedeliveredat", "emaildeliveredat", "emailsentat",
                     "messagesentat")
_MESSAGES: Final = ("messageid", "sgmessageid", "smtpid", "emailid", "mailid", "transmissionid", "campaignid",
                    "campaign", "broadcastid")
_LINKS: Final = ("url", "link", "targetlinkurl", "originallink", "clickedlink", "linkurl", "href", "clickurl",
                 "path", "page", "linkid", "linkindex", "urloffset")
_ADDRESSES: Final = ("ip", "ipaddress", "clientip", "remoteaddr", "remoteaddress", "remoteip", "sourceip",
                     "xforwardedfor")
_AGENTS: Final = ("useragent", "ua", "httpuseragent", "agent")
_METHODS: Final = ("method", "httpmethod", "requestmethod", "verb")
# Flags by which services say that it was a machine: SendGrid, Mailgun, SparkPost, Klaviyo, Marketo, HubSpot…
_FLAGS: Final = frozenset({
    "sgmachineopen", "sgmachineclick", "machineopen", "machineclick", "bot", "isbot", "botopen", "botclick",
    "isbotactivity", "botactivity", "isprefetched", "prefetched", "ismpp", "mpp", "proxyopen",
    "loadedbyproxy", "appleprivacyopen", "isprivacyopen", "filteredevent", "isautomated", "automated",
    "nonhuman", "nhi", "saidmachine"})
_NO: Final = frozenset({"", "0", "false", "no", "n", "none", "null", "human", "unknown", "undefined", "-"})
_PURPOSES: Final = ("secpurpose", "purpose", "xpurpose", "xmoz", "secfetchpurpose", "mozpurpose")
_NETWORKS: Final = frozenset({
    "asn", "asname", "asorg", "asnorg", "asorganization", "autonomoussystem", "isp", "network",
    "iporganization", "iptype", "connectiontype", "usagetype", "networktype"})
_HOSTING: Final = frozenset({
    "hosting", "ishosting", "datacenter", "datacentre", "isdatacenter", "isdatacentre"})
_HIDDEN: Final = frozenset({
    "honeypot", "ishoneypot", "hiddenlink", "ishidden", "hidden", "trap", "linkhidden"})
_SEEN: Final = ("visible", "isvisible", "linkvisible")
_TRAP: Final = re.compile(
    r"honey[-_ ]?(?:pot|trap|link)|hidden[-_ ]?(?:link|pixel)|[/=]hidden(?:$|[/?&])|"
    r"bot[-_ ]?(?:trap|check|catch)|"
    r"(?:spider|click|link|crawler)[-_ ]?trap|[/_=-]trap(?:$|[/?&])|"
    r"do[-_ ]?not[-_ ]?(?:click|follow)|invisible", re.I)
# By what a page tells that somebody is there.
_HANDS: Final = ("scroll", "scrolls", "scrolldepth", "scrollpercent", "mouse", "mousemoves", "mousemovements",
                 "pointer", "pointermoves", "pointerevents", "keys", "keypresses", "touches", "touchevents",
                 "interactions", "interacted", "interaction", "engaged", "human", "movement", "movements")
_STAYED: Final = {"dwellms": 1e-3, "durationms": 1e-3, "timeonpagems": 1e-3, "visiblems": 1e-3,
                  "engagementms": 1e-3, "engagementtimemsec": 1e-3, "dwell": 1.0, "dwellseconds": 1.0,
                  "duration": 1.0, "durationseconds": 1.0, "timeonpage": 1.0, "seconds": 1.0}
_LINK_NAMES: Final = ("linkname", "linktype", "linkrole", "linkclass", "linktext", "linkid",
                      "linktags", "element")
_DEPTH: Final = 5


def read(event: Mapping[str, Any]) -> Deed:
    """What an event tells. Never raises; what cannot be read is not told."""
    told = flat(event)
    kind = _kind(told)
    at = None if _says(told.get("untimed")) else _time(_first(told, _TIMES))
    delivered = _time(_first(told, _DELIVERED))
    if kind == "delivered":
        at = delivered = at if at is not None else delivered
    address, agent = _address(told), _agent(told)
    link = _link(told) if kind in ("click", "view") else None
    hosting, sign = False, None
    if kind in ("open", "click", "view"):
        network = _network(told)
        of = networks.of_address(address) if address else None
        # Web mail loads its pictures from there.
        hosting = kind != "open" and "hosting" in (network, of)
        sign = _sign(told, kind, agent, link, of if of in ("filter", "apple") else network)
    return Deed(kind, at, _message(told), link, address, agent, delivered, sign, hosting)


@lru_cache(maxsize=4096)
def _name(key: str) -> str:
    return "".join(filter(str.isalnum, key)).lower()


def flat(event: Mapping[str, Any]) -> dict[str, Any]:
    """Name -> value, of all depths."""
    found: dict[str, Any] = {}
    waiting: deque[tuple[int, Mapping[str, Any]]] = deque([(0, event)])
    while waiting:
        depth, part = waiting.popleft()
        for key, value in part.items():
            name = _name(key) if isinstance(key, str) else ""
            if isinstance(value, Mapping):
                if depth < _DEPTH and name != "signature":  # Mailgun's has a time of its own
                    # Amazon says in `mail` when it was sent, in `open` and `click` what happened.
                    (waiting.appendleft if name in ("open", "click") else waiting.append)((depth + 1, value))
                if name not in ("urloffset", "link"):
                    continue
                value = ":".join(str(value[key]) for key in sorted(value, key=str))[:200]
            if name == "machine":  # the service's word where it stands within; else what was judged before
                name = "saidmachine" if depth else ""
            if name not in found:
                found[name] = value
    return found


def _first(told: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        value = told.get(name)
        if value is not None and value != "":
            return value
    return None


def _kind(told: Mapping[str, Any]) -> str:
    for name in _TYPES:
        value = told.get(name)
        if isinstance(value, str) and (kind := kind_of(value[:100])):
            return kind
    return "other"


@lru_cache(maxsize=1024)
def kind_of(word: str) -> str | None:
    """The kind of deed that a type of events is; None: none that is judged."""
    word = word.lower()
    if "click" in word:
        return "click"
    if "open" in word:
        return "open"
    if "deliver" in word and "undeliver" not in word:
        return "delivered"
    return "view" if re.search(r"view|visit|^page|screen|pricing", word) else None


def _time(value: Any) -> float | None:
    """Seconds since 1970, of an ISO time (UTC where it names no zone) or seconds, milli-, microseconds."""
    try:
        if isinstance(value, datetime):
            return value.replace(tzinfo=value.tzinfo or UTC).timestamp()
        if isinstance(value, str) and not re.fullmatch(r"\s*\d+(\.\d+)?\s*", value):
            read = datetime.fromisoformat(_whole_microseconds(value.strip().replace(" UTC", "+00:00")))
            return read.replace(tzinfo=read.tzinfo or UTC).timestamp()
        if isinstance(value, bool) or value is None:
            return None
        seconds = float(value)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    for unit in (1.0, 1e3, 1e6, 1e9):
        if abs(seconds) < 1e11 * unit:
            return seconds / unit
    return None


def _whole_microseconds(text: str) -> str:
    """Postmark gives seven places of a second, Python reads six."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def _message(told: Mapping[str, Any]) -> str | None:
    value = _first(told, _MESSAGES)
    if value is None or isinstance(value, bool | list):
        return None
    # SendGrid adds the name of a server behind a full stop; others set brackets around it.
    return re.sub(r"\.(?:filter|recvd|sendgrid)\S*$", "", str(value).strip("<> "))[:500] or None


def _link(told: Mapping[str, Any]) -> str | None:
    value = _first(told, _LINKS)
    if value is None or isinstance(value, bool | list):
        return None
    return _same_link(str(value)[:2000])


@lru_cache(maxsize=16_384)
def _same_link(link: str) -> str:
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        return link
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}{'?' + parts.query if parts.query else ''}"


def _address(told: Mapping[str, Any]) -> str | None:
    value = _first(told, _ADDRESSES)
    return value.split(",")[0].strip()[:60] or None if isinstance(value, str) else None


def _agent(told: Mapping[str, Any]) -> str | None:
    for name in _AGENTS:
        value = told.get(name)
        if isinstance(value, str):
            return value.strip()[:1000]
    return None


def _network(told: Mapping[str, Any]) -> str | None:
    if any(_says(told[name]) for name in _HOSTING & told.keys()):
        return "hosting"
    kinds = {networks.of_name(str(value)[:200]) for name in _NETWORKS & told.keys()
             if (value := told[name]) is not None and not isinstance(value, list)}
    return "filter" if "filter" in kinds else "hosting" if "hosting" in kinds else None


def _says(flag: Any) -> bool:
    return flag is not None and str(flag).strip().lower() not in _NO


def _sign(
    told: Mapping[str, Any], kind: str, agent: str | None, link: str | None, network: str | None
) -> str | None:
    """The machine that an event shows by itself, the surest sign first."""
    if (kind == "click" and _is_hidden(told, link)) or (kind == "view" and _says(told.get("hiddenlink"))):
        return "hidden_link"
    if (any(_says(told[name]) for name in _FLAGS & told.keys())
            or "proxy" in str(_first(told, _TYPES) or "").lower()
            or str(told.get("clienttype", "")).lower() in ("bot", "robot", "library")):
        return "vendor"
    method = _first(told, _METHODS)
    if isinstance(method, str) and method.strip().upper() not in ("GET", "POST", ""):
        return "method"
    if any("prefetch" in value.lower() or "preview" in value.lower() or "prerender" in value.lower()
           for name in _PURPOSES if isinstance(value := told.get(name), str)) \
            or str(told.get("visibility", told.get("visibilitystate", ""))).lower() == "prerender":
        return "prefetch"
    if agent is not None and (found := agents.machine(agent, kind != "open")):
        return found
    if network == "filter":
        return "gateway"
    if network == "apple" and kind == "open":
        return "privacy_proxy"
    return "automation" if kind == "view" and _is_driven(told) else None


def _is_hidden(told: Mapping[str, Any], link: str | None) -> bool:
    """Whether people cannot see the link that was followed."""
    return (any(_says(told[name]) for name in _HIDDEN & told.keys())
            or any(name in told and not _says(told[name]) for name in _SEEN)
            or bool(_TRAP.search(link or ""))
            or any(isinstance(value := told.get(name), str) and _TRAP.search(value) for name in _LINK_NAMES))


def _is_driven(told: Mapping[str, Any]) -> bool:
    """Whether a page says that a program shows it, or that nobody moved anything nor stayed a second."""
    if _says(told.get("webdriver")) or _says(told.get("headless")):
        return True
    hands = [name for name in _HANDS if name in told]
    stayed = [float(told[name]) * unit for name, unit in _STAYED.items()
              if isinstance(told.get(name), int | float)]
    return bool(hands) and len(hands) + len(stayed) > 1 and not any(
        _says(told[name]) and told[name] != 0 for name in hands) and max(stayed, default=0.0) < 1.0

"""What a source is: how its deliveries are proven, read, and fetched where they carry no answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sidecar.sources.deeds import Told

# Whose secret proves a delivery: one made here and entered at the vendor; the vendor's own, which must be
# told; the vendor's own, where it has one; none: the vendor signs nothing and the key in the URL is all.
MADE, GIVEN, OPTIONAL, NONE = "made", "given", "optional", "none"
SECRETS: Final = (MADE, GIVEN, OPTIONAL, NONE)


class Received(NamedTuple):
    """A raw lead in our names, what the vendor calls the event ("": none), whether it is a test."""

    lead: dict[str, Any]
    event_id: str = ""
    is_test: bool = False


class Fetch(NamedTuple):
    """A request for what a delivery only announced, or for what an outage missed, without the key.

    `name`: what it is about, so that it is asked once. `headers` and `query` are texts.
    """

    name: str
    url: str
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}


class Page(NamedTuple):
    """What the answer to a `Fetch` holds: leads, and the requests for what follows them."""

    leads: Sequence[Received]
    following: Sequence[Fetch] = ()


class Reply(NamedTuple):
    """What a sender is told that only tries the address out."""

    status: int
    content_type: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Where a vendor is asked: its hosts, and how its key travels (`{}` stands for it).

    `announced(body)`: requests for what a delivery announces; `missed(of, since)`: the first request for
    what came since then, `of` being what the vendor calls the form, account or page; None: it has no such
    list. `read(name, body)`: an answer, by the name of its request; raises ValueError for one that is none.
    """

    hosts: tuple[str, ...]
    header: str
    prefix: str
    key_title: str
    read: Callable[[str, Any], Page]
    announced: Callable[[Any], Sequence[Fetch]] | None = None
    missed: Callable[[str, datetime], Fetch] | None = None
    of_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A vendor whose webhooks are taken.

    check(headers, raw body, secret, now, url): why the delivery is not the vendor's, None: it is. `headers`
    by lower-case name; `url` as the vendor has it. A secret that there is none of is not checked.
    events(body): what people did, each as `deeds.deed` makes it, None where it tells of no deed; None in all:
    the body is none that tells such things. token(body): what proves one body alone, where a signature does
    not cover it.
    read(body, headers): the leads in a delivery, parsed from JSON or form fields; none for what tells of no
    lead. Raises NotADelivery for a body that is not the vendor's; any other ValueError says so without words.
    challenge(query, secret, key): the answer to a GET by which the vendor tries the address out.
    event: what the arrival of a lead is (`EVENTS` in terms/states.py) unless `read` says it (custom.event),
    None: nothing that the person did.
    mail: whether it sends mails: its events are taken by `POST /v1/events/mail`, too.
    multipart: whether deliveries may be multipart forms, of which there is no raw body that is signed.
    setup: what to do at the vendor, a sentence a step; {url}, {secret} and {key} are filled in.
    """

    name: str
    title: str
    secret: str
    setup: tuple[str, ...]
    check: Callable[[Mapping[str, str], bytes, str, datetime, str], str | None]
    read: Callable[[Any, Mapping[str, str]], list[Received]] = lambda body, headers: []
    events: Callable[[Any], list[Told | None] | None] | None = None
    token: Callable[[Any], str | None] | None = None
    challenge: Callable[[Mapping[str, str], str, str], Reply | None] | None = None
    event: str | None = "form_submit"
    mail: bool = False
    multipart: bool = False
    api: Api | None = None

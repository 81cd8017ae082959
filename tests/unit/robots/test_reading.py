"""Events in the words of whoever sends them."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sidecar.robots.reading import read
from tests.cases import check_each

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
AT = 1_790_000_000.0
SHAPES: tuple[dict[str, Any], ...] = (
    {"type": "email_click", "occurred_at": "2026-09-21T14:13:20Z", "user_agent": AGENT, "ip": "81.4.5.6",
     "url": "https://example.com/a", "message_id": "m1", "delivered_at": "2026-09-21T14:13:10+00:00"},
    {"event": "click", "timestamp": 1790000000, "useragent": AGENT, "ip": "81.4.5.6",
     "url": "https://Example.com/a/", "sg_message_id": "m1.filter0001p1las1-123-4", "sg_event_id": "x",
     "delivered_at": 1789999990},
    {"signature": {"timestamp": "1"}, "event-data": {
        "event": "clicked", "timestamp": 1790000000.0, "ip": "81.4.5.6", "url": "https://example.com/a",
        "client-info": {"user-agent": AGENT, "bot": "", "client-name": "Firefox"},
        "message": {"headers": {"message-id": "m1"}}, "delivered-at": "1789999990"}},
    {"RecordType": "Click", "MessageID": "m1", "ReceivedAt": "2026-09-21T14:13:20.0000000Z",
     "UserAgent": AGENT, "OriginalLink": "https://example.com/a", "Geo": {"IP": "81.4.5.6"},
     "DeliveredAt": "2026-09-21T14:13:10.0000000Z", "Client": {"Name": "Firefox"}},
    {"eventType": "Click", "mail": {"messageId": "m1", "timestamp": "2026-09-21T14:09:00Z"},
     "click": {"timestamp": "2026-09-21T14:13:20Z", "ipAddress": "81.4.5.6", "userAgent": AGENT,
               "link": "https://example.com/a"}, "delivered_at": 1_789_999_990_000},
    {"msys": {"track_event": {"type": "click", "timestamp": "1790000000", "ip_address": "81.4.5.6",
                              "user_agent": AGENT, "target_link_url": "https://example.com/a",
                              "message_id": "m1", "is_prefetched": False}}, "delivered_at": 1789999990},
    {"type": "track", "event": "Email Link Clicked", "timestamp": "2026-09-21T14:13:20Z",
     "sentAt": "2026-09-21T14:13:20Z", "context": {"ip": "81.4.5.6", "userAgent": AGENT},
     "properties": {"url": "https://example.com/a", "email_id": "m1", "delivered_at": 1789999990}},
)


def test_one_click_in_all_shapes() -> None:
    def check(event: dict[str, Any]) -> None:
        deed = read(event)
        assert (deed.kind, deed.at, deed.message, deed.link, deed.address, deed.agent) == (
            "click", AT, "m1", "example.com/a", "81.4.5.6", AGENT)
        assert (deed.delivered, deed.sign, deed.hosting) == (AT - 10, None, False)

    check_each(check, [(shape,) for shape in SHAPES])


def test_what_an_event_shows_by_itself() -> None:
    def check(event: dict[str, Any], code: str | None) -> None:
        assert read({"timestamp": 1790000000} | event).sign == code

    opened, clicked = {"event": "open"}, {"event": "click"}
    check_each(check, [
        (opened | {"sg_machine_open": True}, "vendor"), (opened | {"sg_machine_open": False}, None),
        (opened | {"client-info": {"bot": "apple"}}, "vendor"), (opened | {"client-info": {"bot": ""}}, None),
        (opened | {"is_prefetched": "true"}, "vendor"), ({"event": "unique_proxy_open"}, "vendor"),
        (opened | {"client-info": {"client-type": "robot"}}, "vendor"),
        (clicked | {"method": "HEAD"}, "method"), (clicked | {"method": "get"}, None),
        (clicked | {"headers": {"Sec-Purpose": "prefetch;prerender"}}, "prefetch"),
        (clicked | {"url": "https://example.com/honeypot"}, "hidden_link"),
        (clicked | {"hidden": 1}, "hidden_link"),
        (clicked | {"link_visible": False}, "hidden_link"),
        (clicked | {"url": "https://a.b/hidden-gems"}, None),
        (clicked | {"user_agent": ""}, "agent"), (clicked | {"user_agent": None}, None), (clicked, None),
        (opened | {"user_agent": "Mozilla/5.0"}, "privacy_proxy"),
        (opened | {"ip": "17.58.97.4"}, "privacy_proxy"),
        (clicked | {"ip": "17.58.97.4"}, None), (clicked | {"ip": "104.47.1.254"}, "gateway"),
        (clicked | {"asn": 22843}, "gateway"), (clicked | {"asn": "AS16509 AMAZON-02"}, None),
        ({"type": "page_view", "webdriver": True}, "automation"),
        ({"type": "page_view", "properties": {"hidden_link": True, "machine": True}}, "hidden_link"),
        ({"type": "page_view", "hidden": True}, None), (opened | {"machine": "burst"}, None),
        (opened | {"properties": {"machine": True}}, "vendor"),
        ({"type": "page_view", "scroll": 0, "mouse_moves": 0, "dwell_ms": 90}, "automation"),
        ({"type": "page_view", "scroll": 0, "mouse_moves": 0, "dwell_ms": 9000}, None),
        ({"type": "page_view", "scroll": 40, "mouse_moves": 0}, None), ({"type": "page_view"}, None),
        ({"type": "email_reply", "user_agent": "curl/8"}, None),
        ({"type": "demo_request", "bot": True}, None),
    ])


def test_a_cloud_is_only_told_of_clicks_and_views() -> None:
    assert read({"event": "click", "ip": "3.71.4.5"}).hosting
    assert read({"event": "click", "isp": "DigitalOcean"}).hosting
    assert not read({"event": "open", "ip": "3.71.4.5"}).hosting


_values = st.sampled_from([
    None, True, False, 0, -1, 10**30, 1e308, float("nan"), float("inf"), "", " ", "x", "\x00", "1e999",
    "9" * 400, "2026-13-45", "\ud800", [], [1], {}, {"a": None}, {"index": 1, "type": "html"}, "http://[",
    {"bot": "apple"}, {"url": {"url": {"url": {"url": {"url": {"url": {}}}}}}}])
_names = st.sampled_from([
    "type", "event", "timestamp", "ip", "useragent", "url", "message-id", "delivered_at", "method", "bot",
    "client-info", "asn", "properties", "hidden", "scroll", "dwell", "link"])


@given(st.dictionaries(_names, _values, max_size=6))
def test_nothing_that_is_sent_breaks_it(event: dict[str, Any]) -> None:
    read(event)

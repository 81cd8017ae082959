"""The DNS check of mail domains, against a DNS server of our own on loopback."""

from __future__ import annotations

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from sidecar.services import mail_domains

ZONE = {
    ("takes.example.", "MX"): ["10 mx.takes.example."],
    ("null.example.", "MX"): ["0 ."],
    ("address.example.", "A"): ["192.0.2.1"],
    ("nothing.example.", "TXT"): ['"no mail here"'],
}


def answer(query: dns.message.Message) -> dns.message.Message | None:
    """NXDOMAIN for names nobody knows, SERVFAIL for broken.example, silence for silent.example."""
    question = query.question[0]
    name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
    reply = dns.message.make_response(query)
    if name == "silent.example.":
        return None
    if name == "broken.example.":
        reply.set_rcode(dns.rcode.SERVFAIL)
    elif (name, kind) in ZONE:
        reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *ZONE[name, kind]))
    elif name not in {known for known, _ in ZONE}:
        reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply


@pytest.fixture
def server(monkeypatch, engine):
    """A DNS server, and a resolver that asks it; yields the list of what was asked."""
    asked: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))

        def serve():
            while True:
                data, sender = listener.recvfrom(4096)
                if data == b"end":
                    return
                query = dns.message.from_wire(data)
                asked.append(query.question[0].name.to_text())
                if (reply := answer(query)) is not None:
                    listener.sendto(reply.to_wire(), sender)

        thread = threading.Thread(target=serve)
        thread.start()
        port = listener.getsockname()[1]
        plain = dns.resolver.Resolver

        def resolver():
            ours = plain(configure=False)
            ours.nameservers, ours.port = ["127.0.0.1"], port
            return ours

        monkeypatch.setattr(mail_domains.dns.resolver, "Resolver", resolver)
        monkeypatch.setattr(mail_domains, "_SECONDS", 0.5)
        engine.cache.redis.flushdb()
        yield asked
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"end", ("127.0.0.1", port))
        thread.join()


def test_verdicts_and_that_trouble_is_unknown(server, engine):
    found = mail_domains.verdicts(engine, [
        "takes.example", "null.example", "address.example", "nothing.example", "nobody.example",
        "broken.example", "silent.example"])
    assert found == {
        "takes.example": "deliverable", "null.example": "undeliverable",
        "address.example": "deliverable", "nothing.example": "undeliverable",
        "nobody.example": "undeliverable", "broken.example": "unknown", "silent.example": "unknown"}


def test_a_verdict_is_kept_in_redis(server, engine):
    mail_domains.verdicts(engine, ["takes.example"])
    asked = len(server)
    assert mail_domains.verdicts(engine, ["takes.example"]) == {"takes.example": "deliverable"}
    assert len(server) == asked


def test_a_domain_without_mail_is_a_warning_and_never_an_error(server, api):
    leads = [{"email": "ada@nobody.example"}, {"email": "ada@takes.example"}, {"email": "ada@"}, 7]
    asked = api.post("/v1/validate", {"leads": leads, "check_dns": True}).json["results"]
    assert asked[0]["valid"] and asked[0]["warnings"][0]["code"] == "no_mail_domain"
    assert asked[1] == {"valid": True, "errors": [], "warnings": []}
    assert not asked[2]["valid"] and not asked[3]["valid"]
    unasked = api.post("/v1/validate", {"leads": leads}).json["results"]
    assert unasked[0]["warnings"] == []

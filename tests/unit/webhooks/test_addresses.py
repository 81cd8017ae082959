"""Where events may be sent."""

from __future__ import annotations

import pytest

from sidecar.webhooks import Target, is_public, target_of

INSIDE = {"https://leads.example.com/webhook/": "http://n8n-webhook:5678/webhook/"}


@pytest.mark.parametrize("url, target", [
    ("https://hooks.example.com/x?y=1", Target("https", "hooks.example.com", 443, "/x?y=1")),
    ("http://Hooks.example.com:8080", Target("http", "hooks.example.com", 8080, "/")),
    ("https://[2606:4700::1]/x", Target("https", "2606:4700::1", 443, "/x")),
    ("https://leads.example.com/webhook/a/webhook",
     Target("http", "n8n-webhook", 5678, "/webhook/a/webhook", inside=True, trusted=True)),
    ("https://leads.example.com/webhook/../api/v1/leads",
     Target("https", "leads.example.com", 443, "/webhook/../api/v1/leads")),
    ("https://leads.example.com.evil.example/webhook/a",
     Target("https", "leads.example.com.evil.example", 443, "/webhook/a")),
    ("http://crm.internal/x", Target("http", "crm.internal", 80, "/x", trusted=True)),
    ("http://erp.internal:8443/x", Target("http", "erp.internal", 8443, "/x", trusted=True)),
    ("http://erp.internal/x", Target("http", "erp.internal", 80, "/x")),
])
def test_a_url_has_a_target(url, target):
    assert target_of(url, INSIDE, ["crm.internal", "erp.internal:8443"]) == target


@pytest.mark.parametrize("url", [
    "ftp://example.com/x", "file:///etc/passwd", "gopher://example.com", "example.com/x", "https://",
    "https:///x", "https://user@example.com/", "https://user:secret@example.com/", "https://example.com/#x",
    "https://example.com:99999/", "https://example.com/\r\nX: y", "https://example.com\\@evil.example/",
    "https://exämple.com/",
])
def test_what_is_no_url_to_send_to_is_refused(url):
    with pytest.raises(ValueError, match=r"^(It|Its|Write)"):
        target_of(url, INSIDE)


@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
    "2002:a9fe:a9fe::1", "fec0::1", "feff::1",
])
def test_an_address_that_is_not_of_the_internet_is_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_not(address):
    assert is_public(address)

"""Whose an address is."""

from __future__ import annotations

from sidecar.robots import networks


def test_addresses() -> None:
    told = {"104.47.1.254": "filter", "::ffff:209.222.82.9": "filter", "2a01:111:f400::1": "filter",
            "17.58.97.4": "apple", "3.71.4.5": "hosting", "81.4.5.6": None, "nonsense": None, "": None}
    assert {address: networks.of_address(address) for address in told} == told


def test_names() -> None:
    told = {
        "AS22843 Proofpoint, Inc.": "filter", "22843": "filter", "Mimecast UK": "filter",
        "AMAZON-02": "hosting", "AS8075": "hosting", "datacenter": "hosting", "Deutsche Telekom AG": None,
        "Cloudflare, Inc.": None, "cellular": None}
    assert {name: networks.of_name(name) for name in told} == told

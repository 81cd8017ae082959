"""Addresses that belong to machines.

Only networks that carry no person's browser decide by themselves: filters of mail (Microsoft 365's endpoint
sets 9 and 10; the ranges of Barracuda's and Proofpoint's support pages) and, of opens alone, Apple's own
(SocketLabs, "Identifying Apple MPP opens"). In the networks of cloud providers stand the VPNs and proxies
of companies, too, with people behind them: that a click comes from there only adds to other signs
(`judging`). Their lists are long and change every week; what stands here are the large blocks that are all
but wholly theirs in what they publish (AWS ip-ranges.json, Google's cloud.json, Azure's service tags). What
an event itself says of its network (an ASN, a name, that it is a hosting company's) is heard, too.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Final

_Prefixes = dict[tuple[int, int], frozenset[int]]


def _prefixes(*networks: str) -> _Prefixes:
    """(version, bits after the prefix) -> prefixes."""
    found: dict[tuple[int, int], set[int]] = {}
    for network in map(ip_network, networks):
        rest = network.max_prefixlen - network.prefixlen
        found.setdefault((network.version, rest), set()).add(int(network.network_address) >> rest)
    return {key: frozenset(prefixes) for key, prefixes in found.items()}


_FILTERS: Final = _prefixes(
    # learn.microsoft.com, "Microsoft 365 URLs and IP address ranges", 9 and 10 (*.protection.outlook.com)
    "40.92.0.0/15", "40.107.0.0/16", "52.100.0.0/14", "52.238.78.88/32", "104.47.0.0/17",
    "2a01:111:f400::/48", "2a01:111:f403::/48",
    # campus.barracuda.com, "Email Gateway Defense IP ranges"
    "209.222.80.0/21", "35.157.190.224/27", "18.185.115.192/26", "18.184.203.224/27", "35.176.92.96/27",
    "18.133.136.128/26", "18.133.136.96/27", "3.24.133.128/25", "15.222.16.128/25",
    # proofpoint.my.site.com, "Support information"
    "67.231.144.0/20", "208.84.64.0/22", "208.86.200.0/22", "91.209.104.0/24", "62.209.50.0/24",
)
_APPLE: Final = _prefixes("17.0.0.0/8")
_CLOUDS: Final = _prefixes(
    # Amazon
    "3.0.0.0/8", "13.32.0.0/11", "13.112.0.0/13", "13.124.0.0/14", "13.184.0.0/13", "13.192.0.0/11",
    "13.224.0.0/11", "15.152.0.0/13", "15.160.0.0/13", "15.184.0.0/13", "15.220.0.0/14", "15.228.0.0/14",
    "15.236.0.0/14", "16.16.0.0/12", "16.144.0.0/12", "16.160.0.0/11", "16.192.0.0/12", "18.130.0.0/15",
    "18.132.0.0/14", "18.136.0.0/13", "18.144.0.0/12", "18.160.0.0/11", "18.192.0.0/10", "23.20.0.0/14",
    "34.192.0.0/10", "35.72.0.0/13", "35.80.0.0/12", "35.152.0.0/13", "35.160.0.0/12", "35.176.0.0/13",
    "43.198.0.0/15", "43.200.0.0/13", "43.208.0.0/13", "44.192.0.0/10", "50.16.0.0/14", "50.112.0.0/16",
    "52.0.0.0/10", "52.64.0.0/11", "52.192.0.0/11", "54.64.0.0/11", "54.144.0.0/12", "54.160.0.0/11",
    "54.192.0.0/10", "63.32.0.0/14", "98.80.0.0/12", "99.80.0.0/15", "100.20.0.0/14", "100.24.0.0/13",
    "107.20.0.0/14", "108.128.0.0/13", "174.129.0.0/16", "176.34.0.0/16", "184.72.0.0/15", "204.236.128.0/17",
    # Google
    "34.0.0.0/10", "34.64.0.0/10", "34.128.0.0/10", "35.184.0.0/13", "35.192.0.0/10", "104.154.0.0/15",
    "104.196.0.0/14", "130.211.0.0/16", "136.80.0.0/12", "136.112.0.0/13", "146.148.0.0/17",
    # Microsoft
    "4.144.0.0/12", "4.160.0.0/11", "4.192.0.0/10", "13.64.0.0/11", "20.0.0.0/8", "23.96.0.0/14",
    "23.100.0.0/15",
    "40.64.0.0/12", "40.80.0.0/13", "40.88.0.0/14", "40.92.0.0/14", "40.112.0.0/13",
)
_FILTER_NAME: Final = re.compile(
    r"proofpoint|mimecast|barracuda|messagelabs|symantec|ironport|cisco ?(?:secure|email)|trend ?micro|"
    r"fireeye|trellix|sophos|forcepoint|hornetsecurity|vade|cloudmark|"
    r"protection\.outlook|exchange online protection",
    re.I)
# Autonomous systems of Proofpoint, Mimecast and IronPort (warmbly, tracking/scanner-networks.txt).
_FILTER_ASNS: Final = frozenset({22843, 26211, 52129, 30031, 39588, 42427, 60492, 16417})
_HOSTING_NAME: Final = re.compile(
    r"\b(?:amazon|aws|ec2|google|gcp|microsoft|azure|digital ?ocean|linode|ovh|hetzner|leaseweb|vultr|choopa|"
    r"oracle|rackspace|scaleway|contabo|m247|datacamp|hosting|data[- ]?cent(?:er|re)|cloud(?!flare)|"
    r"vps|colo)",
    re.I)
_HOSTING_ASNS: Final = frozenset({
    16509, 14618, 8987, 15169, 396982, 8075, 8074, 12076, 14061, 63949, 16276, 24940, 60781, 20473, 31898})


@lru_cache(maxsize=16_384)
def of_address(address: str) -> str | None:
    """"filter", "apple", "hosting" or None. What is no address is None."""
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    if mapped := getattr(ip, "ipv4_mapped", None):
        ip = mapped
    number = int(ip)
    for kind, known in (("apple", _APPLE), ("filter", _FILTERS), ("hosting", _CLOUDS)):
        if any(version == ip.version and number >> rest in prefixes
               for (version, rest), prefixes in known.items()):
            return kind
    return None


@lru_cache(maxsize=4096)
def of_name(name: str) -> str | None:
    """What a network's name, its ASN or its kind says of it: "filter", "hosting" or None."""
    number = re.fullmatch(r"(?:AS)?(\d{1,10})\b.*", name, re.I)
    asn = int(number[1]) if number else None
    if asn in _FILTER_ASNS or _FILTER_NAME.search(name):
        return "filter"
    return "hosting" if asn in _HOSTING_ASNS or _HOSTING_NAME.search(name) else None

"""Where events may be sent: nowhere inside, unless an operator says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_NAT64 = IPv6Network("64:ff9b::/96")  # an IPv4 address in its last 32 bits (RFC 6052)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. `inside`: to n8n of this deployment. `trusted`: to any address."""

    scheme: str
    host: str
    port: int
    path: str
    inside: bool = False
    trusted: bool = False


def target_of(url: str, inside: Mapping[str, str], trusted: Collection[str] = ()) -> Target:
    """The target of a URL. Raises ValueError that says what is wrong with it.

    inside: the beginning of a URL -> that by which the sidecar reaches the same itself, which is n8n;
    trusted: host or host:port.
    """
    found = _parsed(url)
    for prefix, replacement in inside.items():
        if url.startswith(prefix) and "/../" not in f"{found.path}/":
            own = _parsed(replacement + url.removeprefix(prefix))
            return Target(own.scheme, own.host, own.port, own.path, inside=True, trusted=True)
    named = {found.host, f"{found.host}:{found.port}"}
    return Target(found.scheme, found.host, found.port, found.path,
                  trusted=not named.isdisjoint(trusted))


def _parsed(url: str) -> Target:
    if not url.isascii() or any(character <= " " or character == "\\" for character in url):
        raise ValueError("Write it in ASCII, without blanks and backslashes.")
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        raise ValueError("It must begin with https:// or http://.")
    if parts.username is not None or parts.password is not None:
        raise ValueError("It must not hold a user name or a password.")
    if parts.fragment:
        raise ValueError("It must not hold a fragment (#…).")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise ValueError("Its port is no port.") from None
    if not parts.hostname:
        raise ValueError("It names no host.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname.rstrip("."), port, path)


def is_public(address: str) -> bool:
    """Whether an address is one of the public Internet: not private, loopback, link-local (of which are the
    clouds' metadata services), shared, reserved or multicast, nor one of these in the clothes of IPv6."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if within := _embedded(found):
            return is_public(str(within))
        if found.is_site_local:  # of old (RFC 3879), and Python calls it global
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)

"""Keys by which a person is recognised without anybody's review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .email import is_no_reply, is_stand_in, parse_email
from .text import words


def match_keys(lead: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return [(kind, value)…] of a normalised lead; equal keys mean the same person, unless the names
    contradict each other (sidecar.matching.names).

    email: the canonical address, unless it stands for none (noemail@noemail.com) or nobody reads it
    (noreply@firm.com).
    linkedin: a personal profile (company pages are no person).
    mobile: E.164 + "|" + folded name, only for a mobile number with a given and a family name,
    because a switchboard belongs to everybody and a family shares a telephone.
    external: "system:id", what another system calls the record; the same id of another system is another.
    """
    keys = []
    email = lead.get("email_canonical")
    address = parse_email(str(email), True) if email else ""  # as it was read before
    if email and (isinstance(address, str) or not (is_stand_in(address) or is_no_reply(address))):
        keys.append(("email", str(email)))
    url = lead.get("linkedin_url")
    if isinstance(url, str) and url.startswith(
        ("https://www.linkedin.com/in/", "https://www.linkedin.com/pub/")
    ):
        keys.append(("linkedin", url))
    if lead.get("phone_type") == "mobile" and lead.get("first_name") and lead.get("last_name"):
        name = " ".join(words(f"{lead['first_name']} {lead['last_name']}"))
        keys.append(("mobile", f"{lead.get('phone', '')}|{name}"))
    if ids := lead.get("external_ids"):
        keys += [("external", f"{system}:{value}") for system, value in ids.items()]
    return keys

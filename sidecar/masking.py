"""Hiding personal data from those who need not see it."""

from __future__ import annotations

from typing import Any

_DROPPED = ("email_canonical", "linkedin_url", "phone_extension")


def mask_lead(lead: dict[str, Any]) -> dict[str, Any]:
    """A lead without what names the person."""
    return lead | {"contact": mask_contact(lead["contact"]), "message": None, "custom": {}, "masked": True}


def mask_contact(contact: dict[str, Any]) -> dict[str, Any]:
    """A contact's fields without the person: initials, `j…@example.com`, the end of the phone."""
    contact = {key: value for key, value in contact.items() if key not in _DROPPED}
    for name in ("full_name", "first_name", "last_name"):
        if contact.get(name):
            contact[name] = " ".join(f"{word[0]}." for word in contact[name].split())
    if contact.get("email"):
        contact["email"] = mask_email(contact["email"])
    if contact.get("phone"):
        contact["phone"] = f"…{contact['phone'][-2:]}"
    return contact


def mask_email(email: str) -> str:
    """`jane.roe@example.com` -> `j…@example.com`."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"

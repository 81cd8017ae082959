"""What a caller may set for the pure record functions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """Choices that differ between installations; every one has a default.

    default_region: ISO 3166-1 alpha-2 code used to read national phone numbers when neither the
        number nor the lead names a country; None leaves such numbers as they were typed.
    allow_domain_literals: accept addresses such as ``jane@[192.0.2.1]`` (RFC 5321 section 4.1.3).
    """

    default_region: str | None = None
    allow_domain_literals: bool = True


DEFAULT_SETTINGS = RecordSettings()

"""What forms, ad platforms and other systems send: how they name things, and one file per source.

`naming.py` reads names, `model.py` says what a source is, `registry.py` finds them by their `SOURCE`. Pure.
"""

from .lines import normalize_lines, normalized, validate_lines, validated
from .naming import Named, at_senders_keys, field_named, gather, read_keys, read_names

__all__ = [
    "Named", "at_senders_keys", "field_named", "gather", "normalize_lines", "normalized", "read_keys",
    "read_names", "validate_lines", "validated"]

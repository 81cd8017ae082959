"""What forms, ad platforms and other systems send: how they name things, and one file per source.

`naming.py` reads names, `model.py` says what a source is, `registry.py` finds them by their `SOURCE`. Pure.
"""

from .naming import field_named, gather, read_keys, read_names, sender_pointers

__all__ = ["field_named", "gather", "read_keys", "read_names", "sender_pointers"]

"""What other systems send: how they name things."""

from .naming import field_named, gather, read_keys, read_names, sender_pointers

__all__ = ["field_named", "gather", "read_keys", "read_names", "sender_pointers"]

"""What becomes of leads that come in: decided from what is known of them, without a database."""

from sidecar.intake.decision import decide
from sidecar.intake.deliveries import delivery_keys, submitted_at
from sidecar.intake.model import Entry, Key, Known, Receipt, Writes
from sidecar.intake.recognition import People, identity_of, names_of_key, sought

__all__ = [
    "Entry", "Key", "Known", "People", "Receipt", "Writes", "decide", "delivery_keys", "identity_of",
    "names_of_key", "sought", "submitted_at"]

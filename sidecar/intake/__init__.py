"""What becomes of leads that come in: decided from what is known of them, without a database."""

from sidecar.intake.decision import decide
from sidecar.intake.model import Entry, Key, Known, Receipt, Writes

__all__ = ["Entry", "Key", "Known", "Receipt", "Writes", "decide"]

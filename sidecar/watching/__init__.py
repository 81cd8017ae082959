"""What does not come as it usually does: sources that fall silent, shares other than before (pure)."""

from sidecar.watching.shares import Share, exceeds, falls_short
from sidecar.watching.sources import WEEKS, Profile, Seen, silence, silences

__all__ = ["WEEKS", "Profile", "Seen", "Share", "exceeds", "falls_short", "silence", "silences"]

"""The sidecar: the engine's rules, records, money, identities, scores and messages."""

__version__ = "0.1.0"

"""The sidecar: the engine's rules, records, money, identities, scores and messages."""

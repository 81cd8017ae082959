"""One file per provider, each with a PROVIDER; found by their presence."""

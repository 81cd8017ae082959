"""The embedded stack: every part of the product on one machine, without root and without Docker."""

"""HTTP: one module per resource. Parse, call, render; no SQL and no rule."""

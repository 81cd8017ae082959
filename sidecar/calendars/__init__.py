"""When people work and are away: what may be said of it, and what their calendar feeds tell. Pure."""

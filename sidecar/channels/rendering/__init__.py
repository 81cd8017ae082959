"""How a message looks in each channel: each module's `render` makes what that channel sends. Pure."""

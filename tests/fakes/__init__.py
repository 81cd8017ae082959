"""Fakes of what lies outside the engine: providers, mail, Slack. Everything they say is invented."""

"""What lies outside the engine, played on this machine: providers, mail, Slack. All they say is invented."""

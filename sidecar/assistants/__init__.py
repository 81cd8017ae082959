"""What assistants ask by the Model Context Protocol: a few tools that read, each call counted and audited."""

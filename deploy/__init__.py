"""The deployment with Docker Compose, and what every way of running the engine shares. Needs no package."""

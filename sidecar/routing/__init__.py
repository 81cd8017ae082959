"""Routing: who gets a hot lead, and when people work; pure functions of facts, people and time."""

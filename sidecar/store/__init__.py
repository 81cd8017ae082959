"""Postgres and Redis: all SQL of the engine, and no HTTP."""

"""The peer of the API benchmark: Flask and psycopg2, one row inserted and committed per request."""

from __future__ import annotations

import json
import os
from typing import Any

import psycopg2
from flask import Flask, request

# Of gunicorn; the workers are as many as ours.
bind = os.environ.get("SIDECAR_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("SIDECAR_WORKERS", "2"))

app = Flask(__name__)
_connection: list[Any] = []


@app.post("/bare")
def insert() -> Any:
    if not _connection:
        _connection.append(psycopg2.connect(os.environ["SIDECAR_DATABASE_URL"]))
    connection = _connection[0]
    with connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO bare (lead) VALUES (%s)", (json.dumps(request.get_json()),))
    return {"ok": True}, 202

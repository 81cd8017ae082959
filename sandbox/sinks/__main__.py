"""Run the sinks."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from aiohttp import web

import sandbox.sinks
from sandbox.sinks.app import create_app
from sandbox.sinks.pressing import Presses


def main() -> None:
    """HTTP and SMTP. SINKS_SIGNING_SECRET or SINKS_SIGNING_SECRET_FILE signs what is pressed."""
    parser = argparse.ArgumentParser(
        description=sandbox.sinks.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--keep", default=":memory:", help="a file that keeps the messages over restarts")
    parser.add_argument("--actions-url", default="", help="where presses of Slack's buttons are sent")
    options = parser.parse_args()
    app = create_app(options.host, options.smtp_port, options.keep, Presses(options.actions_url, _secret()))
    web.run_app(app, host=options.host, port=options.http_port, access_log=None, print=None)


def _secret() -> str:
    if path := os.environ.get("SINKS_SIGNING_SECRET_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get("SINKS_SIGNING_SECRET", "")


if __name__ == "__main__":
    main()

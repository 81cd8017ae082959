"""The command lines of the project: one word says what is to be done."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping

from deploy import settings
from deploy.problem import Problem
from deploy.progress import warn
from deploy.settings import Settings


def run(description: str | None, commands: Mapping[str, Callable[[Settings], object]]) -> None:
    """Do what the first argument names; a Problem is shown as its sentence and ends with 1."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("command", choices=commands)
    command = commands[parser.parse_args().command]
    try:
        command(settings.load(os.environ))
    except Problem as problem:
        warn(f"\n{problem}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)

"""What people can set for a stack, in `.env` or in the environment (which wins)."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import available_timezones

from deploy.problem import Problem

ROOT = Path(__file__).resolve().parent.parent

# What a program needs to know of the machine; nothing else of our own environment is handed on.
_MACHINE = (
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
)


@dataclass(frozen=True)
class Settings:
    """Where things are and what was set.

    `state` holds everything that a stack writes; two stacks with two states live side by side.
    """

    state: Path
    values: Mapping[str, str] = field(default_factory=dict)
    root: Path = ROOT

    def get(self, name: str, default: str = "") -> str:
        """A setting; an empty one counts as not set."""
        return self.values.get(name) or default

    def starting_with(self, *prefixes: str) -> dict[str, str]:
        """The settings whose names start so, for handing on to a program."""
        return {
            name: value for name, value in self.values.items()
            if value and name.startswith(prefixes)
        }

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def cache(self) -> Path:
        """The user's cache, shared by all checkouts and all stacks."""
        return cache_folder(self.values)

    @property
    def time_zone(self) -> str:
        """TIME_ZONE, by which the schedules of workflows run; a Problem when there is no such zone."""
        name = self.get("TIME_ZONE", "UTC")
        known = available_timezones()  # none where the system has no database of them
        if known and name not in known:
            raise Problem(f"TIME_ZONE is {name}, which is no time zone; one is Europe/Berlin.")
        return name

    def machine(self) -> dict[str, str]:
        """The part of the environment that every program gets."""
        known = {name: self.values[name] for name in _MACHINE if self.values.get(name)}
        proxied = [name for name in known if name.lower().endswith("_proxy")]
        local_hosts = {"NO_PROXY": "localhost,127.0.0.1", "no_proxy": "localhost,127.0.0.1"}
        return known | (local_hosts if proxied else {})


def cache_folder(environ: Mapping[str, str]) -> Path:
    """The folder of this product in the user's cache (XDG base directory specification)."""
    base = environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "enrichment-engine"


def load(environ: Mapping[str, str] = os.environ, root: Path = ROOT) -> Settings:
    """The settings of the stack that belongs to this checkout."""
    values = read_env_file(root / ".env") | {k: v for k, v in environ.items() if v}
    state = Path(values.get("LOCAL_STATE") or root / ".local")
    return Settings(state=(root / state).resolve(), values=values, root=root)


def read_env_file(path: Path) -> dict[str, str]:
    """`NAME=value` lines; `#` starts a comment, quotes as in a shell. A missing file is empty."""
    if not path.exists():
        return {}
    values = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        name, equals, rest = text.partition("=")
        try:
            words = shlex.split(rest, comments=True)
        except ValueError as error:
            raise Problem(f"{path}, line {number}: {error}; close the quotes.") from None
        if not equals or not name.strip().isidentifier() or len(words) > 1:
            raise Problem(
                f"{path}, line {number} is not NAME=value; put quotes around a value with spaces."
            )
        values[name.strip()] = words[0] if words else ""
    return values

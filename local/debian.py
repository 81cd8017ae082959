"""Programs of Debian's packages, in the user's cache: `python -m local.debian fetch` (`make monitoring`).

Prometheus and its companions are on no Python or npm registry. Their packages are downloaded and unpacked,
not installed: that needs no root, and none of their services starts. What is on PATH goes first.

Debian's Prometheus and Alertmanager read from /usr/share/prometheus, which only root can fill; Alertmanager
does not start without. In the programs that are fetched that path is relative, so they run in `unpacked`.
Prometheus answers every query, but its own pages lack scripts that Debian ships in other packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from deploy import commands
from deploy.problem import Problem
from deploy.progress import say, step
from deploy.settings import Settings

# Debian's package to the program that is looked for; upstream calls some of them otherwise.
PACKAGES = {
    "prometheus": ("prometheus",),
    "prometheus-alertmanager": ("prometheus-alertmanager", "alertmanager"),
    "prometheus-node-exporter": ("prometheus-node-exporter", "node_exporter"),
    "prometheus-postgres-exporter": ("prometheus-postgres-exporter", "postgres_exporter"),
    "prometheus-redis-exporter": ("prometheus-redis-exporter", "redis_exporter"),
}
HOW = "`make monitoring` fetches them from Debian's packages, without root"
# Of the same length, or nothing after it would stand where the program looks for it.
_SHARED, _SHARED_HERE = b"/usr/share/prometheus", b"usr/share//prometheus"


def unpacked(settings: Settings) -> Path:
    """What was fetched, and where it is to run."""
    return settings.cache / "debian"


def folder(settings: Settings) -> Path:
    """Where the programs of the packages are once they were fetched."""
    return unpacked(settings) / "usr/bin"


def path(settings: Settings) -> str:
    """PATH with that folder at its end."""
    return f"{settings.get('PATH', os.defpath)}{os.pathsep}{folder(settings)}"


def find(settings: Settings, package: str) -> str | None:
    """The program of a package, on PATH or fetched."""
    found = (shutil.which(name, path=path(settings)) for name in PACKAGES[package])
    return next(filter(None, found), None)


def monitoring(settings: Settings) -> dict[str, str]:
    """Package to program of what watches a stack: what is found; nothing with LOCAL_MONITORING=off, or where
    Prometheus or Alertmanager is missing."""
    wish = settings.get("LOCAL_MONITORING", "auto")
    if wish not in ("auto", "off"):
        raise Problem(f"LOCAL_MONITORING must be auto or off, not {wish!r}.")
    found = {package: program for package in PACKAGES if (program := find(settings, package))}
    return found if wish == "auto" and {"prometheus", "prometheus-alertmanager"} <= found.keys() else {}


def fetch(settings: Settings) -> None:
    """Download and unpack what is missing; a Problem where there is no apt, or it reaches no packages.

    Lists of packages are apt's own business in a folder of ours, so that the machine's stay as they are.
    """
    missing = [package for package in PACKAGES if not find(settings, package)]
    if not missing:
        say("All programs of the monitoring are here.")
        return
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise Problem(f"There is no apt-get here to fetch {', '.join(missing)}. Put the programs on PATH: "
                      "https://prometheus.io/download/")
    unpacked(settings).mkdir(parents=True, exist_ok=True)
    with step(f"fetching {', '.join(missing)}"), tempfile.TemporaryDirectory(dir=settings.cache) as name:
        fresh = Path(name)
        (fresh / "lists/partial").mkdir(parents=True)
        options = ["-qq", "-o", f"Dir::State::Lists={fresh}/lists", "-o", f"Dir::Cache={fresh}",
                   "-o", "APT::Sandbox::User=", "-o", "Acquire::Languages=none"]
        _done(fresh, ["apt-get", *options, "update"])
        _done(fresh, ["apt-get", *options, "download", *missing])
        for package in fresh.glob("*.deb"):
            _done(fresh, ["dpkg", "-x", str(package), "unpacked"])
        for program in (fresh / "unpacked/usr/bin").iterdir():
            program.write_bytes(program.read_bytes().replace(_SHARED, _SHARED_HERE))
        for part in ("share/prometheus", "bin"):
            (fresh / "unpacked/usr" / part).mkdir(parents=True, exist_ok=True)
            shutil.copytree(fresh / "unpacked/usr" / part, unpacked(settings) / "usr" / part,
                            ignore_dangling_symlinks=True, dirs_exist_ok=True)


def _done(directory: Path, command: Iterable[str]) -> None:
    words = list(command)
    ended = subprocess.run(words, cwd=directory, capture_output=True, text=True, check=False,
                           stdin=subprocess.DEVNULL, env=dict(os.environ) | {"LC_ALL": "C"})
    if ended.returncode:
        raise Problem(f"{words[0]} failed; are Debian's packages reachable?\n{ended.stderr[-500:]}")


if __name__ == "__main__":
    commands.run(__doc__, {"fetch": fetch})

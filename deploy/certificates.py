"""The certificates of the deployment, signed by private authorities whose keys are thrown away."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from deploy.problem import Problem

_SERVERS = ("postgres", "redis")


def ensure(target: Path, edge: list[str]) -> None:
    """A certificate for Postgres, Redis and the edge (for those host names), where none is given."""
    wanted = {"postgres": ["postgres", "postgres-replica", "localhost"], "redis": ["redis", "localhost"],
              "edge": [*edge, "localhost"]}
    missing = {name: names for name, names in wanted.items() if not (target / f"{name}.crt").exists()}
    for name in wanted:
        if (target / f"{name}.crt").exists() is not (target / f"{name}.key").exists():
            raise Problem(f"{target} needs both {name}.crt and {name}.key, or neither of them.")
    if not missing:
        return
    if set(_SERVERS) & set(missing):  # they trust one authority, whose key is not kept
        missing |= {name: wanted[name] for name in _SERVERS}
    with tempfile.TemporaryDirectory() as scratch:
        key, authority = Path(scratch) / "ca.key", Path(scratch) / "ca.crt"
        _openssl("req", "-x509", *_new_key(key), "-out", authority, "-days", "3650",
                 "-subj", "/O=Enrichment engine/CN=Enrichment engine private authority",
                 "-addext", "basicConstraints=critical,CA:TRUE,pathlen:0",
                 "-addext", "keyUsage=critical,keyCertSign")
        for name, names in missing.items():
            request, extensions = Path(scratch) / "request", Path(scratch) / "extensions"
            extensions.write_text(
                "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n"
                f"subjectAltName={','.join(f'DNS:{host}' for host in dict.fromkeys(names))}\n")
            certificate = target / f"{name}.crt"
            _openssl("req", *_new_key(target / f"{name}.key"), "-out", request,
                     "-subj", f"/O=Enrichment engine/CN={names[0]}"[:64])
            _openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", key,
                     "-CAcreateserial", "-days", "825", "-extfile", extensions, "-out", certificate)
            (target / f"{name}.key").chmod(0o644)
        if set(_SERVERS) & set(missing):
            (target / "ca.crt").write_text(authority.read_text().strip())  # n8n warns of a newline
        if "edge" in missing:
            with (target / "edge.crt").open("a") as file:
                file.write(authority.read_text())
            shutil.copy(authority, target / "edge-ca.crt")


def expiry(files: Mapping[str, Path]) -> str:
    """When each of these certificates ends, as the node exporter's textfile collector reads it; of a chain
    the first, which is the server's own."""
    name = "enrich_certificate_expiry_timestamp_seconds"
    lines = [f"# HELP {name} When a certificate ends.", f"# TYPE {name} gauge"]
    for certificate, path in files.items():
        told = _openssl("x509", "-in", path, "-noout", "-enddate")  # notAfter=Jan  5 09:34:43 2028 GMT
        ends = ssl.cert_time_to_seconds(told.strip().partition("=")[2])
        lines.append(f'{name}{{certificate="{certificate}"}} {ends}')
    return "\n".join(lines) + "\n"


def _new_key(path: Path) -> tuple[object, ...]:
    return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path)


def _openssl(*arguments: object) -> str:
    try:
        done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    except FileNotFoundError:
        raise Problem("The certificates need the program openssl, which is not installed.") from None
    if done.returncode:
        raise Problem(f"openssl {arguments[0]} failed:\n{done.stderr[-1000:]}")
    return done.stdout

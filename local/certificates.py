"""The certificate of the embedded edge, signed by a private authority of this stack."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme

from deploy.secret_store import write_private

NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Certificates:
    """PEM files: what clients trust, what the edge shows, and its key."""

    ca: Path
    chain: Path
    key: Path


def ensure(folder: Path) -> Certificates:
    """The certificate files in that folder, made at the first call.

    The authority's own key is thrown away: nobody can sign another certificate with it, so
    trusting `ca.pem` in a browser trusts this one server only.
    """
    files = Certificates(folder / "ca.pem", folder / "edge.pem", folder / "edge.key")
    if files.ca.exists():
        return files
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(organization_name="Enrichment engine, local")
    edge = authority.issue_cert(*NAMES, organization_name="Enrichment engine, local")
    write_private(files.key, edge.private_key_pem.bytes().decode())
    files.chain.write_bytes(b"".join(blob.bytes() for blob in edge.cert_chain_pems))
    fresh = folder / ".ca.pem"
    authority.cert_pem.write_to_path(str(fresh))
    fresh.replace(files.ca)  # last: it says that all are there
    return files

"""Import a file of any size that lies beside the engine: read in a stream, a chunk at a time.

The job is found by the file's SHA-256 and how it is imported, so the same command goes on where an
earlier one was killed.
"""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, BinaryIO

from sidecar.engine import Engine
from sidecar.services import imports
from sidecar.store.database import Row

_BLOCK = 1 << 20


def import_file(
    engine: Engine, file: BinaryIO, options: imports.Options, *, client: str, again: bool = False,
    told: Callable[[int], Any] = lambda position: None,
) -> tuple[Row, bool]:
    """(the job as it is shown, whether anything was done). `told` is called with the number of bytes read.

    Raises TableError, Conflict.
    """
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    file.seek(0)
    chosen = {name: value for name, value in asdict(options).items() if value is not None}
    key = engine.hash("import", digest.hexdigest(), json.dumps(chosen, sort_keys=True))
    job, how = imports.begin(engine, key, file, options, client=client, again=again)
    if job["state"] in imports.ENDED:
        return imports.get(engine, job["id"]), False
    following = job["next_chunk"]
    gc.set_threshold(20_000)  # leads are trees, of which nothing is left: looking took 5 % of the time
    for number, rows in enumerate(imports.chunks_of(imports.read(file, how), job["chunk_rows"])):
        if number >= following:
            following = imports.feed(engine, job["id"], number, rows)["next_chunk"]
        if number == 0:  # what it loaded stays: looking through it for garbage took 5 % of the time
            gc.freeze()
        told(file.tell())
    return imports.finish(engine, job["id"]), True

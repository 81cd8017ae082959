"""Import a file of any size that lies beside the engine: read in a stream, a chunk at a time.

The job is found by the file's SHA-256 and how it is imported, so the same command goes on where an
earlier one was killed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any, BinaryIO, TypeVar

from sidecar.engine import Engine
from sidecar.pipeline import imports
from sidecar.store.database import Row
from sidecar.tables import detect_encoding

T = TypeVar("T")
_BLOCK = 1 << 20


def import_file(
    engine: Engine, file: BinaryIO, options: imports.Options, *, client: str, again: bool = False,
    told: Callable[[int], Any] = lambda position: None,
) -> tuple[Row, bool]:
    """(the job as it is shown, whether something was done). `told` gets how many bytes are read.

    Raises TableError, Conflict.
    """
    digest = hashlib.sha256()

    def blocks() -> Iterator[bytes]:
        while block := file.read(_BLOCK):
            digest.update(block)
            yield block

    encoding = detect_encoding(blocks())
    file.seek(0)
    key = engine.hash("import", digest.hexdigest(), json.dumps(asdict(options), sort_keys=True))
    job, how = imports.begin(engine, key, file, encoding, options, client=client, again=again)
    if job["state"] in imports.ENDED:
        return imports.get(engine, job["id"]), False
    following = job["next_chunk"]

    def chunks() -> Iterator[tuple[int, imports.Chunk, int]]:
        rows = imports.chunks_of(imports.read(file, how), job["chunk_rows"])
        for number, some in enumerate(rows):
            if number >= following:
                yield number, imports.understand(engine, how, some), file.tell()

    for number, chunk, position in _ahead(chunks()):
        if number >= following:
            following = imports.feed(engine, job["id"], number, chunk)["next_chunk"]
        told(position)
    return imports.finish(engine, job["id"]), True


def _ahead(items: Iterator[T]) -> Iterator[T]:
    """The items; the next one is made while the database works on the one before."""
    with ThreadPoolExecutor(1) as other:
        coming = other.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = other.submit(next, items, None)
            yield item

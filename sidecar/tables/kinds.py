"""What a file is that is no table, by its first bytes (the "magic numbers" of file(1))."""

from __future__ import annotations

import re
from typing import Final

_MAGIC: Final = (
    (rb"%PDF", "a PDF document"),
    (rb"\x89PNG", "a picture (PNG)"), (rb"\xff\xd8\xff", "a picture (JPEG)"), (rb"GIF8", "a picture (GIF)"),
    (rb"BM.{4}\x00{4}", "a picture (BMP)"), (rb"II\*\x00|MM\x00\*", "a picture (TIFF)"),
    (rb"RIFF.{4}WEBP", "a picture (WebP)"), (rb".{4}ftyp", "a video or picture (MP4, HEIC)"),
    (rb"\x1f\x8b", "compressed (gzip); unpack it first"), (rb"BZh\d", "compressed (bzip2); unpack it first"),
    (rb"\xfd7zXZ", "compressed (xz); unpack it first"), (rb"7z\xbc\xaf", "an archive (7z); unpack it first"),
    (rb"Rar!", "an archive (RAR); unpack it first"),
    (rb"PK(?:\x03\x04|\x05\x06)", "an archive (zip); unpack it first"),
    (rb"SQLite format 3", "a database (SQLite)"), (rb"\{\\rtf", "a document (RTF)"),
    (rb"\x7fELF|MZ", "a program"),
    (rb"PAR1", "a Parquet file"),
)
_TEXTS: Final = (
    (rb"(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body|meta|table|style|script)\b",
     "a web page (HTML), whatever its name says"),
    (rb"<\?xml.{0,300}(?:spreadsheetml|urn:schemas-microsoft-com:office:spreadsheet)",
     "a spreadsheet in XML of 2003; open it and save it as XLSX"),
    (rb"<\?xml|<[a-z][\w:-]*[\s>]", "XML"),
    (rb"[\[{]\s*[\[{\"\]}]", "JSON; POST /v1/leads takes that"),
    (rb"(?:mime-version|return-path|received|message-id):", "an e-mail message"),
    (rb"begin:vcalendar", "a calendar"),
)


def named_kind(first: bytes) -> str | None:
    """What the file is, from its first bytes, when it cannot be a table of text."""
    for magic, name in _MAGIC:
        if re.match(magic, first, re.DOTALL):
            return name
    text = first.removeprefix(b"\xef\xbb\xbf")
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = first.replace(b"\0", b"")[2:]
    for pattern, name in _TEXTS:
        if re.match(pattern, text.lstrip(), re.DOTALL | re.IGNORECASE):
            return name
    return None

"""Small spreadsheets, made for tests: XLSX, ODS and XLS without a library that writes them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns"


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip of these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]] | str], hidden: Iterable[str] = ()) -> bytes:
    """A workbook: rows of texts, numbers and None by sheet, or the XML of its rows."""
    hidden = set(hidden)
    names = list(sheets)
    return zipped({
        "[Content_Types].xml":
            f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
            'package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override'
            ' PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels":
            f'<Relationships xmlns="{_RELS}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>' + "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"'
            + (' state="hidden"' if name in hidden else "") + "/>"
            for n, name in enumerate(names, 1)) + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELS}">' + "".join(
            f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(names) + 1)) + "</Relationships>",
    } | {f"xl/worksheets/sheet{n}.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{_rows(sheets[name])}'
                                       "</sheetData></worksheet>" for n, name in enumerate(names, 1)})


def _rows(rows: Sequence[Sequence[object]] | str) -> str:
    if isinstance(rows, str):
        return rows
    return "".join(
        f'<row r="{r}">' + "".join(
            f'<c r="{_letters(c)}{r}"><v>{value}</v></c>' if isinstance(value, (int, float)) else
            f'<c r="{_letters(c)}{r}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
            for c, value in enumerate(row) if value is not None) + "</row>"
        for r, row in enumerate(rows, 1))


def _letters(column: int) -> str:
    return (_letters(column // 26 - 1) if column > 25 else "") + chr(65 + column % 26)


def ods(rows: Sequence[Sequence[str]]) -> bytes:
    """An OpenDocument spreadsheet of texts, as long as such a program writes it: empty rows to the end."""
    table = "".join(
        "<table:table-row>" + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'
            for text in row) + "</table:table-row>" for row in rows)
    return zipped({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{_OPEN_DOCUMENT}:manifest:1.0"/>',
        "content.xml":
            f'<office:document-content xmlns:office="{_OPEN_DOCUMENT}:office:1.0"'
            f' xmlns:table="{_OPEN_DOCUMENT}:table:1.0" xmlns:text="{_OPEN_DOCUMENT}:text:1.0"><office:body>'
            f'<office:spreadsheet><table:table table:name="Leads">{table}<table:table-row'
            ' table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/>'
            "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"})


def xls(rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook of Excel 97 (BIFF8) of texts."""
    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def bof(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))

    name = "Leads".encode("latin-1")
    sheet = bof(0x10) + b"".join(
        record(0x204, struct.pack("<HHHHB", r, c, 0, len(text), 1) + text.encode("utf-16-le"))
        for r, row in enumerate(rows) for c, text in enumerate(row) if text) + record(0x0A, b"")
    begin = len(bof(5)) + 4 + 8 + len(name) + 4
    book = bof(5) + record(0x85, struct.pack("<IHBB", begin, 0, len(name), 0) + name) + record(0x0A, b"")
    return compound({"Workbook": book + sheet})


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file ([MS-CFB]) of streams, each of 4096 bytes or more."""
    content, chains, entries = b"", [], []
    sector = 0
    for name, data in streams.items():
        data = data.ljust(4096, b"\0")
        count = -(-len(data) // 512)
        entries.append((name, 2, sector, len(data)))
        chains += [*range(sector + 1, sector + count), 0xFFFFFFFE]
        content += data.ljust(count * 512, b"\0")
        sector += count
    directory = b""
    for n, (name, kind, start, size) in enumerate([("Root Entry", 5, 0xFFFFFFFE, 0), *entries]):
        text = (name + "\0").encode("utf-16-le")
        after = n + 1 if 0 < n < len(entries) else 0xFFFFFFFF
        directory += text.ljust(64, b"\0") + struct.pack(
            "<HBBIII16xI8x8xIQ", len(text), kind, 1, 0xFFFFFFFF, after,
            1 if n == 0 else 0xFFFFFFFF, 0, start, size)
    directory += (b"\0" * 64 + struct.pack("<HBBIII16xI8x8xIQ", 0, 0, 0, *[0xFFFFFFFF] * 3, 0, 0, 0)) * (
        -(len(directory) // 128) % 4)
    at = sector
    count = len(directory) // 512
    chains += [*range(at + 1, at + count), 0xFFFFFFFE, 0xFFFFFFFD]
    table = struct.pack(f"<{len(chains)}I", *chains).ljust(512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, at, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", at + count)
    return header.ljust(512, b"\xff") + content + directory + table

"""The dashboard's pages: each is one file and its line in the table of nginx/html/js/pages.js."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.n8n import NODE, ROOT

JS = ROOT / "nginx/html/js"
LINE = "  { path: 'jobs/:id/rows/:row', file: 'jobs', menu: 'Jobs', scope: 'leads:read' },\n];"
PAGE = """
import { title } from '../dom.js';

export async function page({ params, query, terms }) {
  return [title(params.id), params.row, query.get('sort'), terms.grades[0]];
}
"""
ASK = """
const { load, pageAt, PAGES } = await import(process.argv[1]);
const { page, params, query } = pageAt(process.argv[2]);
const shown = page && (await (await load(page)).page({ params, query, terms: { grades: ['hot'] } }));
console.log(JSON.stringify({ menu: PAGES.map(({ menu }) => menu), file: page?.file, params, shown }));
"""
FIND = """
const { pageAt } = await import(process.argv[1]);
const { page, params, query } = pageAt(process.argv[2]);
console.log(JSON.stringify([page?.file ?? null, params ?? {}, String(query ?? '')]));
"""


def node(script: str, js: Path, address: str) -> Any:
    """What a script prints that is given pages.js and an address."""
    done = subprocess.run(
        [str(NODE), "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--input-type=module",
         "--eval", script, (js / "pages.js").as_uri(), address],
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return json.loads(done.stdout)


def test_a_page_is_one_file_and_one_line(tmp_path: Path) -> None:
    js = Path(shutil.copytree(JS, tmp_path / "js"))
    (js / "pages/jobs.js").write_text(PAGE, encoding="utf-8")
    table = (js / "pages.js").read_text(encoding="utf-8")
    (js / "pages.js").write_text(table.replace("];", LINE, 1), encoding="utf-8")
    told = node(ASK, js, "#/jobs/7/rows/last_one?sort=name")
    assert told == {"menu": ["Overview", "Leads", None, "Jobs"], "file": "jobs",
                    "params": {"id": "7", "row": "last_one"}, "shown": ["7", "last_one", "name", "hot"]}


@pytest.mark.parametrize(("address", "found"), [
    ("", ["overview", {}, ""]),
    ("#/?days=7", ["overview", {}, "days=7"]),
    ("#/leads?q=a%20b", ["leads", {}, "q=a+b"]),
    ("#/leads/", ["leads", {}, ""]),
    ("#/leads/0198-a", ["lead", {"id": "0198-a"}, ""]),
    ("#/leads/0198-a/more", [None, {}, ""]),
    ("#/nowhere", [None, {}, ""]),
])
def test_an_address_leads_to_its_page(address: str, found: list[Any]) -> None:
    assert node(FIND, JS, address) == found


def test_every_file_below_pages_is_in_the_table_and_has_the_one_signature() -> None:
    listed = re.findall(r"file: '(\w+)'", (JS / "pages.js").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(path.stem for path in (JS / "pages").iterdir())
    for name in listed:
        source = (JS / "pages" / f"{name}.js").read_text(encoding="utf-8")
        assert re.search(r"^export async function page\(\{ ([\w, ]+) \}\) \{$", source, re.MULTILINE), name

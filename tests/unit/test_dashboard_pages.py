"""The dashboard's pages: each is one file, found by build.mjs, which also makes what nginx serves."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.n8n import NODE, ROOT

HTML = ROOT / "nginx/html"
PAGE = """
import { t } from '../texts.js';

export const at = { path: 'jobs/:id/rows/:row', scope: 'leads:read', menu: { group: 'data', text: 'x' } };
export const load = (ctx) => [ctx.params.id, ctx.params.row, ctx.query.get('sort')];
export const render = (data) => ({ title: t('x'), nodes: data });
"""
FIND = """
const { pageAt, load } = await import(process.argv[1]);
const { page, params, query } = pageAt(process.argv[2]);
const loaded = process.argv[3] && await (await load(page)).load({ params, query });
const told = { file: page?.file ?? null, params, query: String(query), menu: page?.menu?.group, loaded };
console.log(JSON.stringify(told));
"""


def node(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NODE, *arguments], capture_output=True, text=True, timeout=60)


@pytest.fixture
def html(tmp_path: Path) -> Path:
    """The dashboard's sources, and something in place of its chart library."""
    copy = Path(shutil.copytree(HTML, tmp_path / "html", ignore=shutil.ignore_patterns(
        "node_modules", "vendor", "pages.js")))
    library = copy / "node_modules/chart.js/dist/chart.umd.min.js"
    library.parent.mkdir(parents=True)
    library.write_text("the library")
    return copy


def found(html: Path, address: str, *load: str) -> dict[str, Any]:
    """What the router finds at an address."""
    done = node("--input-type=module", "--eval", FIND, (html / "js/router.js").as_uri(), address, *load)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return json.loads(done.stdout)


def build(html: Path, *target: Path) -> None:
    done = node(html / "build.mjs", *target)
    assert done.returncode == 0, done.stderr


def test_a_page_is_one_file(html: Path) -> None:
    (html / "js/pages/jobs.js").write_text(PAGE, encoding="utf-8")
    build(html)
    assert (html / "vendor/chart.js").read_text() == "the library"
    assert found(html, "#/jobs/7/rows/last_one?sort=name", "load") == {
        "file": "jobs", "params": {"id": "7", "row": "last_one"}, "query": "sort=name", "menu": "data",
        "loaded": ["7", "last_one", "name"]}


def test_a_file_that_says_no_place_is_named(html: Path) -> None:
    (html / "js/pages/jobs.js").write_text("export const load = 1;\n", encoding="utf-8")
    done = node(html / "build.mjs")
    assert done.returncode and 'js/pages/jobs.js has no line "export const at' in done.stderr


def test_an_address_leads_to_its_page(html: Path) -> None:
    build(html)
    for address, file, params, query in (
        ("", "overview", {}, ""),
        ("#/?days=7", "overview", {}, "days=7"),
        ("#/leads?q=a%20b", "leads", {}, "q=a+b"),
        ("#/leads/", "leads", {}, ""),
        ("#/leads/0198-a", "lead", {"id": "0198-a"}, ""),
        ("#/nowhere/at/all", None, {}, ""),
    ):
        told = found(html, address)
        assert [told["file"], told["params"], told["query"]] == [file, params, query], address


def test_what_is_served_changes_its_address_with_any_file(html: Path, tmp_path: Path) -> None:
    def version() -> str:
        build(html, tmp_path / "served")
        (folder,) = (tmp_path / "served/plain/v").iterdir()
        return folder.name

    first = version()
    (tmp_path / "served/plain/kept").touch()
    assert version() == first and (tmp_path / "served/plain/kept").exists(), "made once"
    (html / "css/app.css").write_text("body { color: red; }")
    assert version() != first
    served = tmp_path / "served"
    assert {path.name for path in (served / "plain").iterdir()} == {
        "css", "docs", "icon.svg", "index.html", "intake", "js", "v", "vendor"}
    kinds = [{path.relative_to(served / kind) for path in (served / kind).rglob("*")}
             for kind in ("plain", "br", "gzip")]
    assert kinds[0] == kinds[1] == kinds[2]
    for name in ("index.html", "intake/example.html"):
        page = (served / "plain" / name).read_text(encoding="utf-8")
        assert f"/v/{version()}/css/app.css" in page and not re.search(r'"(\.\./)?css/', page)

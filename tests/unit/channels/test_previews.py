"""Every kind of message can be looked at, of every channel and in every language."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sidecar import environment
from sidecar.channels import CHANNELS
from sidecar.channels.phrases import LANGUAGES
from sidecar.channels.previews import pages, preview
from sidecar.cli import main
from sidecar.terms.states import MESSAGE_KINDS

MADE = {name: made(**environment.read({}, made)[0]) for name, made in CHANNELS.items()}


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_preview_shows_what_the_channel_would_send(channel: str) -> None:
    shown = preview(MADE[channel], "reminder", "de")
    assert (shown["kind"], shown["channel"], shown["language"]) == ("reminder", channel, "de")
    assert "Elena Marsh" in str(shown["rendered"]) and "Elena Marsh" in shown["html"]
    assert shown["html"].startswith("<!doctype html>") and "<script" not in shown["html"]


def test_there_is_a_page_of_each_and_one_that_leads_to_them_all() -> None:
    *each, (name, index) = pages(MADE)
    assert len(each) == len(MESSAGE_KINDS) * len(CHANNELS) * len(LANGUAGES)
    assert name == "index.html" and all(f'href="{page}"' in index for page, _ in each)


def test_the_command_writes_them_without_any_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = CliRunner().invoke(main, ["messages", "preview", "--out", str(tmp_path / "new")])
    assert told.exit_code == 0, told.output
    assert "Elena Marsh" in (tmp_path / "new/hot_lead-slack-en.html").read_text("utf-8")
    monkeypatch.setenv("SIDECAR_SMTP_URL", "ftp://x")
    told = CliRunner().invoke(main, ["messages", "preview", "--out", str(tmp_path)])
    assert told.exit_code == 1 and "SIDECAR_SMTP_URL is wrong" in told.output

"""What n8n left half written, and its commands."""

from __future__ import annotations

import pytest

from deploy.problem import Problem
from local import n8n


@pytest.mark.parametrize(("content", "stays"), [
    (b'{"encryptionKey": "k"}', True), (b"", False), (b"{", False)])
def test_a_torn_file_of_the_key_goes(tmp_path, content, stays):
    path = tmp_path / ".n8n/config"
    n8n.forget_torn_key(tmp_path)
    path.parent.mkdir()
    path.write_bytes(content)
    n8n.forget_torn_key(tmp_path)
    assert path.exists() is stays


def tree(folder, body):
    """An n8n of this JavaScript, in the order of the calls: each takes the next line."""
    program = folder / "node_modules/n8n/bin/n8n"
    program.parent.mkdir(parents=True)
    program.write_text(f"""const fs = require('fs'), file = {str(folder / "calls")!r};
fs.appendFileSync(file, 'x'); const call = fs.readFileSync(file, 'utf8').length;
console.log('call ' + call); {body}""")
    return folder


def test_a_command_that_crashes_while_it_ends_is_run_once_more(tmp_path):
    crashing = tree(tmp_path, "if (call === 1) process.kill(process.pid, 'SIGSEGV');")
    assert n8n.command(crashing, {}, "import:workflow") == "call 2\n"


@pytest.mark.parametrize(("body", "calls"), [
    ("process.kill(process.pid, 'SIGSEGV');", "xx"), ("process.exit(3);", "x")])
def test_a_command_that_fails_is_a_problem(tmp_path, body, calls):
    with pytest.raises(Problem, match="import:workflow failed"):
        n8n.command(tree(tmp_path, body), {}, "import:workflow")
    assert (tmp_path / "calls").read_text() == calls

"""What n8n left half written."""

from __future__ import annotations

import pytest

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

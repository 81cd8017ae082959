"""Programs of Debian's packages: what is on PATH goes first, what was fetched comes after it."""

from __future__ import annotations

import subprocess

import pytest

from deploy.problem import Problem
from deploy.settings import Settings
from local import debian


def program(folder, name):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(0o755)
    return str(folder / name)


@pytest.fixture
def found(tmp_path):
    return Settings(tmp_path / "state", {"PATH": str(tmp_path / "path"),
                                         "XDG_CACHE_HOME": str(tmp_path / "cache")})


def test_what_is_on_path_goes_before_what_was_fetched(found, tmp_path):
    assert debian.find(found, "prometheus") is None
    fetched = program(debian.folder(found), "prometheus")
    assert debian.find(found, "prometheus") == fetched
    on_path = program(tmp_path / "path", "prometheus")
    assert debian.find(found, "prometheus") == on_path


def test_a_program_is_known_by_the_name_that_its_makers_gave_it_too(found, tmp_path):
    assert debian.find(found, "prometheus-alertmanager") is None
    own = program(tmp_path / "path", "alertmanager")
    assert debian.find(found, "prometheus-alertmanager") == own


APT = """#!/bin/sh
echo "$*" >> {log}
for word; do
  case $word in prometheus*) echo archive > "${{word}}_1_all.deb" ;; esac
done
exit {code}
"""
DPKG = """#!/bin/sh
name=$(basename "$2" _1_all.deb)
mkdir -p "$3/usr/bin" "$3/usr/share/doc"
printf '#!/bin/sh\\ncat /usr/share/prometheus/%s' $name > "$3/usr/bin/$name"
case $name in
  *exporter) ;;
  *) mkdir -p "$3/usr/share/prometheus" && echo page > "$3/usr/share/prometheus/$name"
     ln -sf ../../javascript/jquery "$3/usr/share/prometheus/jquery" ;;
esac
chmod +x "$3/usr/bin/$name"
"""


@pytest.fixture
def apt(tmp_path, monkeypatch):
    """apt-get and dpkg that bring packages; what apt-get was asked for is in the file."""
    log = tmp_path / "log"
    for name, text in (("apt-get", APT.format(log=log, code=0)), ("dpkg", DPKG)):
        program(tmp_path / "apt", name)
        (tmp_path / "apt" / name).write_text(text)
    monkeypatch.setenv("PATH", f"{tmp_path / 'apt'}:/usr/bin:/bin")
    return log


def test_only_what_is_missing_is_fetched_and_nothing_else_stays(found, tmp_path, apt):
    program(tmp_path / "path", "prometheus")
    debian.fetch(found)
    assert all(debian.find(found, package) for package in debian.PACKAGES)
    assert {path.name for path in debian.folder(found).iterdir()} == {*debian.PACKAGES} - {"prometheus"}
    assert [path.name for path in found.cache.iterdir()] == ["debian"]
    assert [path.name for path in (debian.unpacked(found) / "usr/share").iterdir()] == ["prometheus"]
    asked = apt.read_text().splitlines()
    assert [line.split()[-1] for line in asked] == ["update", "prometheus-redis-exporter"]
    debian.fetch(found)
    assert apt.read_text().splitlines() == asked


def test_a_program_finds_beside_it_what_only_root_could_put_where_it_looks(found, apt):
    debian.fetch(found)
    told = subprocess.run([debian.find(found, "prometheus-alertmanager")], capture_output=True, text=True,
                          cwd=debian.unpacked(found), check=False)
    assert (told.stdout, told.stderr) == ("page\n", "")


def test_what_was_fetched_in_part_is_fetched_again(found, apt):
    debian.fetch(found)
    (debian.folder(found) / "prometheus").unlink()
    debian.fetch(found)
    assert debian.find(found, "prometheus")


def test_packages_that_cannot_be_reached_are_one_sentence(found, tmp_path, monkeypatch):
    program(tmp_path / "apt", "apt-get")
    (tmp_path / "apt/apt-get").write_text(APT.format(log=tmp_path / "log", code=100))
    program(tmp_path / "apt", "dpkg")
    monkeypatch.setenv("PATH", f"{tmp_path / 'apt'}:/usr/bin:/bin")
    with pytest.raises(Problem, match="apt-get failed; are Debian's packages reachable"):
        debian.fetch(found)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problem, match="no apt-get here"):
        debian.fetch(found)

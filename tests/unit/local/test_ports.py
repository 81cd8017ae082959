"""Ports: a set one is kept or refused, a taken default gives way."""

import pytest

from deploy.problem import Problem
from deploy.settings import Settings
from local import ports

ONE = [ports.Port("edge", "LOCAL_HTTPS_PORT", 8443, "the edge")]


def test_the_default_is_taken_when_it_is_free(tmp_path):
    assert ports.choose(Settings(tmp_path), running=False, taken=lambda _: False, ports=ONE) == {
        "edge": 8443}


def test_a_taken_default_gives_way_and_the_choice_is_remembered(tmp_path):
    settings = Settings(tmp_path)
    chosen = ports.choose(settings, running=False, taken=lambda n: n == 8443, ports=ONE)["edge"]
    assert chosen != 8443
    assert ports.choose(settings, running=True, taken=lambda _: True, ports=ONE) == {"edge": chosen}


@pytest.mark.parametrize(("value", "said"), [("9000", "taken"), ("many", "port number"),
                                             ("0", "port number")])
def test_a_set_port_is_refused_with_one_sentence(tmp_path, value, said):
    with pytest.raises(Problem, match=said):
        ports.choose(Settings(tmp_path, {"LOCAL_HTTPS_PORT": value}), running=False,
                     taken=lambda _: True, ports=ONE)

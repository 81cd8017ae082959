"""What PromQL expressions name."""

from __future__ import annotations

import pytest

from tests.promql import metrics, selectors


@pytest.mark.parametrize(("expression", "names"), [
    ("up", {"up"}),
    ("vector(0)", set()),
    ('sum by (le, lane) (rate(a_bucket{lane="x", code=~"(b|c)\\\\d{2}"}[5m])) > 256e6', {"a_bucket"}),
    ("max(a) / on (x, y) group_left (z) max by(x) (b offset 5m) or vector(0)", {"a", "b"}),
    ('absent(up{job="a"}) or up == bool 0 unless slo:burn:rate5m', {"up", "slo:burn:rate5m"}),
    ("1 - sum(a) without (b) / +Inf", {"a"}),
    ("sum_over_time((a > bool 1)[1h:1m]) @ 5", {"a"}),
])
def test_metrics(expression, names):
    assert metrics(expression) == names


def test_selectors():
    assert selectors('sum(a{b="}", c=~"d{2}"}) / e - f{g!=""}[5m]') == ['a{b="}", c=~"d{2}"}', 'f{g!=""}']

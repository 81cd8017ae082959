"""Robots: which opens, clicks and page views are a machine's, and how that is known (pure)."""

from sidecar.robots.crowd import Crowd
from sidecar.robots.judging import judge
from sidecar.robots.lines import judge_lines

__all__ = ["Crowd", "judge", "judge_lines"]

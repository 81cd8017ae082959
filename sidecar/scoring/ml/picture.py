"""A report as a picture (SVG): whether the probabilities come true, how much better the first tenths are, and
what the model goes by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

_WIDTH: Final = 960
_HEIGHT: Final = 392
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 296, 96, 332  # of the first panel
_GAP: Final = 308
_INK, _LINE, _BLUE = "#57606a", "#d0d7de", "#1f6feb"
_SHOWN: Final = 9  # features


def picture(report: Mapping[str, Any], title: str = "Predictions on leads that were not learnt from") -> str:
    """The picture of a report of `report.measure`; `effects` are {feature: AUC that is lost without it}."""
    effects = report.get("effects") or {
        one["column"]: one["effect"] for one in report.get("columns", ()) if one["effect"] is not None}
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif"'
        f' font-size="12" fill="{_INK}">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="26" font-size="15" fill="#1f2328">{escape(title)}</text>',
        f'<text x="{_LEFT}" y="46">{escape(_summary(report))}</text>',
        *_reliability(report), *_lift(report), *_effects(effects), "</svg>"]
    return "\n".join(lines) + "\n"


def _summary(report: Mapping[str, Any]) -> str:
    return (f"{report['rows']:,} leads, {report['conversions']:,} conversions ({report['base_rate']:.1%})."
            f" AUC {report['auc']:.3f}, Brier {report['brier']:.3f}, calibration error"
            f" {report['calibration_error']:.3f}.")


def _text(x: float, y: float, text: str, anchor: str = "start", **more: str) -> str:
    rest = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{rest}>{escape(text)}</text>'


def _reliability(report: Mapping[str, Any]) -> Iterator[str]:
    """Dots of the ten bins: how probable it was said to be, and how often it was so."""
    bins = report["reliability"]
    most: float = min(1.0, max(0.1, *(max(one["predicted"], one["observed"]) for one in bins)) * 1.05)
    step = 0.2 if most > 0.5 else 0.1 if most > 0.2 else 0.05

    def x(share: float) -> float:
        return _LEFT + share / most * (_RIGHT - _LEFT)

    def y(share: float) -> float:
        return _BOTTOM - share / most * (_BOTTOM - _TOP)

    tick = 0.0
    while tick <= most + 1e-9:
        yield f'<path d="M{_LEFT} {y(tick):.1f}H{_RIGHT}" stroke="{_LINE}"/>'
        yield _text(_LEFT - 8, y(tick) + 4, f"{tick:.0%}", "end")
        yield _text(x(tick), _BOTTOM + 18, f"{tick:.0%}", "middle")
        tick += step
    yield (f'<path d="M{x(0):.1f} {y(0):.1f}L{x(most):.1f} {y(most):.1f}" stroke="{_INK}"'
           ' stroke-dasharray="4 4"/>')
    rows = max(one["rows"] for one in bins)
    for one in bins:
        radius = 3 + 7 * (one["rows"] / rows) ** 0.5
        yield (f'<circle cx="{x(one["predicted"]):.1f}" cy="{y(one["observed"]):.1f}" r="{radius:.1f}"'
               f' fill="{_BLUE}" fill-opacity="0.6"/>')
    yield _text(_LEFT, _TOP - 8, "Converted", fill="#1f2328")
    yield _text((_LEFT + _RIGHT) / 2, _BOTTOM + 40, "Predicted. On the line, it came true.", "middle")


def _lift(report: Mapping[str, Any]) -> Iterator[str]:
    """Bars: how many times more conversions than the average each tenth has."""
    left, right = _LEFT + _GAP, _RIGHT + _GAP
    lifts = report["lift_by_decile"]
    most: float = max(2.0, *lifts) * 1.08
    step = 1 if most <= 6 else 2

    def y(lift: float) -> float:
        return _BOTTOM - lift / most * (_BOTTOM - _TOP)

    for tick in range(0, int(most) + 1, step):
        yield f'<path d="M{left} {y(tick):.1f}H{right}" stroke="{_INK if tick == 1 else _LINE}"/>'
        yield _text(left - 8, y(tick) + 4, f"{tick}×", "end")
    width = (right - left) / len(lifts)
    for place, lift in enumerate(lifts):
        at = left + place * width
        yield (f'<rect x="{at + 2:.1f}" y="{y(lift):.1f}" width="{width - 4:.1f}"'
               f' height="{_BOTTOM - y(lift):.1f}" fill="{_BLUE}" fill-opacity="0.75"/>')
        yield _text(at + width / 2, _BOTTOM + 18, str(place + 1), "middle")
    yield _text(left, _TOP - 8, "Conversions, as a multiple of the average", fill="#1f2328")
    yield _text((left + right) / 2, _BOTTOM + 40, "Tenths of the leads, the most probable first", "middle")


def _effects(effects: Mapping[str, float]) -> Iterator[str]:
    """Bars: how much AUC is lost where a feature is shuffled."""
    left, right = _LEFT + 2 * _GAP, _WIDTH - 24
    middle = left + 118
    shown = sorted(effects.items(), key=lambda effect: -effect[1])[:_SHOWN]
    yield _text(left, _TOP - 8, "What it goes by: AUC that is lost without it", fill="#1f2328")
    most = max([0.001, *(effect for _, effect in shown)])
    for place, (name, effect) in enumerate(shown):
        at = _TOP + 8 + place * 26
        width = max(0.0, effect) / most * (right - middle - 44)
        yield _text(middle - 8, at + 12, _short(name), "end")
        yield (f'<rect x="{middle}" y="{at}" width="{width:.1f}" height="16" fill="{_BLUE}"'
               ' fill-opacity="0.75"/>')
        yield _text(middle + width + 6, at + 12, f"{effect:.3f}")


def _short(name: str) -> str:
    thing = (name.partition(".")[2] or name).replace("_", " ")
    return thing if len(thing) <= 19 else thing[:18] + "…"

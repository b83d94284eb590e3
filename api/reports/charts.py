"""Line charts as SVG, the same on a screen and on paper: one analyte over time, what is normal shaded.

Colours stand in attributes, which a style sheet may override by class: one picture serves a PDF and a dark screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, floor, log10
from xml.sax.saxutils import escape, quoteattr

import msgspec

WIDTH, HEIGHT = 340, 112
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 10, 14, 22
_INK, _SOFT, _LINE, _BAND, _SERIES = "#1a211e", "#56615c", "#dfe4e1", "#dcefe7", ("#0f6e56", "#46549a")
_CROWD = 40
"""More points than that are drawn smaller, so that the line between them is seen."""
_FONT = "Noto Sans KR, system-ui, sans-serif"


class Point(msgspec.Struct, frozen=True):
    """One value."""

    on: date
    value: Decimal
    corrected: bool = False


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One series and what is normal for it; None: no limit on that side."""

    name: str
    points: list[Point]
    """In the order of time."""
    low: Decimal | None = None
    high: Decimal | None = None


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A chart, drawn."""

    title: str
    unit: str
    latest: str
    """The latest value, written."""
    caption: str
    label: str
    """What it shows, for who cannot see it."""
    svg: str
    shaded: bool
    """Whether what is normal is drawn."""


def draw(lines: Sequence[Line], *, label: str, month: Callable[[date], str]) -> str:
    """The SVG; every line needs a point, and all limits are in the unit of the values."""
    days = [point.on for line in lines for point in line.points]
    first, last = min(days), max(days)
    pad = max(3, (last - first).days // 25)
    start, span = first - timedelta(days=pad), (last - first).days + 2 * pad
    bottom, top, step = _scale(lines)

    def x(on: date) -> float:
        return _LEFT + (on - start).days / span * (WIDTH - _LEFT - _RIGHT)

    def y(value: Decimal | float) -> float:
        return HEIGHT - _BOTTOM - (float(value) - bottom) / (top - bottom) * (HEIGHT - _TOP - _BOTTOM)

    parts = [*_bands(lines, bottom, top, y), *_grid(bottom, top, step, y), *_months(first, last, x, month)]
    for number, line in enumerate(lines):
        parts += _series(line, number, x, y)
        if len(lines) > 1:
            parts += _legend(line.name, number)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f"aria-label={quoteattr(label)}>{''.join(parts)}</svg>"
    )


def _scale(lines: Sequence[Line]) -> tuple[float, float, float]:
    """Bottom, top and step of the axis: round numbers around all values, and around limits that are near."""
    values = [float(point.value) for line in lines for point in line.points]
    low, high = min(values), max(values)
    reach = max(high - low, abs(high) * 0.08, 0.5)
    limits = [float(limit) for line in lines for limit in (line.low, line.high) if limit is not None]
    near = [limit for limit in limits if low - reach <= limit <= high + reach]
    low, high = min([low, *near]), max([high, *near])
    rough = max(high - low, reach) / 3
    power = 10.0 ** floor(log10(rough))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough)
    bottom = floor((low - 0.15 * step) / step) * step
    top = ceil((high + 0.15 * step) / step) * step
    return (max(bottom, 0.0) if low >= 0 else bottom), top, step


def _bands(lines: Sequence[Line], bottom: float, top: float, y: Callable[[float], float]) -> list[str]:
    parts: list[str] = []
    for number, line in enumerate(lines):
        low = bottom if line.low is None else float(line.low)
        high = top if line.high is None else float(line.high)
        shaded = max(low, bottom), min(high, top)
        if len(lines) == 1 and (line.low, line.high) != (None, None) and shaded[0] < shaded[1]:
            parts.append(
                f'<rect class="band" x="{_LEFT}" y="{y(shaded[1]):.1f}" width="{WIDTH - _LEFT - _RIGHT}" '
                f'height="{y(shaded[0]) - y(shaded[1]):.1f}" fill="{_BAND}"/>'
            )
        parts += [
            f'<path class="limit s{number}" d="M{_LEFT} {y(float(limit)):.1f}H{WIDTH - _RIGHT}" fill="none" '
            f'stroke="{_SERIES[number]}" stroke-width="0.8" stroke-dasharray="3 3" opacity="0.7"/>'
            for limit in (line.low, line.high)
            if limit is not None and bottom <= float(limit) <= top
        ]
    return parts


def _grid(bottom: float, top: float, step: float, y: Callable[[float], float]) -> list[str]:
    parts: list[str] = []
    decimals = max(0, -floor(log10(step)) + (1 if f"{step:e}".startswith("2.5") else 0))
    for number in range(round((top - bottom) / step) + 1):
        value = bottom + number * step
        parts.append(
            f'<path class="grid" d="M{_LEFT} {y(value):.1f}H{WIDTH - _RIGHT}" stroke="{_LINE}" stroke-width="0.7"/>'
            + _text(_LEFT - 5, y(value) + 3, f"{value:.{decimals}f}", anchor="end")
        )
    return parts


def _months(first: date, last: date, x: Callable[[date], float], month: Callable[[date], str]) -> list[str]:
    days = [first] if first == last else [first, first + (last - first) / 2, last]
    if (last - first).days < 45:
        days = [first, last] if first != last else [first]
    anchors = {0: "start", len(days) - 1: "end"} if len(days) > 1 else {0: "middle"}
    return [_text(x(on), HEIGHT - 7, month(on), anchor=anchors.get(number, "middle")) for number, on in enumerate(days)]


def _legend(name: str, number: int) -> list[str]:
    x = _LEFT + 8 + number * (WIDTH - _LEFT) / 2
    return [
        f'<circle class="dot s{number}" cx="{x:.1f}" cy="{_TOP - 5}" r="2.8" fill="{_SERIES[number]}"/>',
        _text(x + 7, _TOP - 2, name, anchor="start"),
    ]


def _series(line: Line, number: int, x: Callable[[date], float], y: Callable[[Decimal], float]) -> list[str]:
    colour = _SERIES[number]
    path = "L".join(f"{x(point.on):.1f} {y(point.value):.1f}" for point in line.points)
    radius = 3.2 if len(line.points) <= _CROWD else 1.6
    drawn = f'd="M{path}" fill="none" stroke="{colour}" stroke-width="1.8" stroke-linejoin="round"'
    parts = [f'<path class="line s{number}" {drawn}/>']
    for point in line.points:
        if point.corrected:
            parts.append(
                f'<circle class="ring" cx="{x(point.on):.1f}" cy="{y(point.value):.1f}" r="5.4" fill="none" '
                'stroke="#8a5300" stroke-width="1.4"/>'
            )
        parts.append(
            f'<circle class="dot s{number}" cx="{x(point.on):.1f}" cy="{y(point.value):.1f}" r="{radius}" '
            f'fill="{colour}" stroke="#fff" stroke-width="{radius / 3.2:.1f}"/>'
        )
    return parts


def _text(x: float, y: float, text: str, *, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{_FONT}" font-size="8.5" fill="{_SOFT}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )

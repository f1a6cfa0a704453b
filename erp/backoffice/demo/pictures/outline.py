"""Outlines as lists of points: curves, ellipses, mirrored and turned shapes. Draws nothing."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]

STEPS = 20
# How many points each command of a path takes.
POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 0}


def trace(d: str) -> list[Point]:
    """The points of a path written as in SVG: M, L, C, Q and Z, absolute. One outline a path."""
    points: list[Point] = []
    for command, numbers in re.findall(r"([MLCQZ])([^MLCQZ]*)", d):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        pairs = list(zip(values[::2], values[1::2], strict=True))
        step = POINTS[command] or 1
        for first in range(0, len(pairs), step):
            points += _segment(command, points, pairs[first : first + step])
    return points


def _segment(command: str, points: list[Point], pairs: list[Point]) -> list[Point]:
    if command in "ML":
        return pairs
    curve = [points[-1], *pairs]
    return [_on_curve(curve, step / STEPS) for step in range(1, STEPS + 1)]


def _on_curve(curve: list[Point], share: float) -> Point:
    """De Casteljau: cut every stretch at the same share until one point is left."""
    while len(curve) > 1:
        curve = [(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in pairwise(curve)]
    return curve[0]


def mirrored(half: Sequence[Point], cx: float) -> list[Point]:
    """A right half and its mirror image about the upright line at `cx`, as one outline."""
    return [*half, *((2 * cx - x, y) for x, y in reversed(half))]


def turn(outline: Sequence[Point], middle: Point, degrees: float) -> list[Point]:
    """An outline turned clockwise about a point."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    mx, my = middle
    return [
        (mx + (x - mx) * cosine - (y - my) * sine, my + (x - mx) * sine + (y - my) * cosine)
        for x, y in outline
    ]


def ellipse(cx: float, cy: float, rx: float, ry: float, *, start: float = 0, end: float = 360) -> list[Point]:
    """An ellipse, or the arc of it between two angles in degrees, clockwise from the right."""
    angles = [math.radians(start + (end - start) * step / 72) for step in range(73)]
    return [(cx + rx * math.cos(angle), cy + ry * math.sin(angle)) for angle in angles]


def rounded(left: float, top: float, right: float, bottom: float, r: float) -> list[Point]:
    """A rectangle with corners of radius `r`."""
    return [
        *ellipse(right - r, bottom - r, r, r, start=0, end=90),
        *ellipse(left + r, bottom - r, r, r, start=90, end=180),
        *ellipse(left + r, top + r, r, r, start=180, end=270),
        *ellipse(right - r, top + r, r, r, start=270, end=360),
    ]


def capsule(points: Sequence[Point], width: float) -> list[list[Point]]:
    """The outlines that a round pen of this width covers along the points."""
    half = width / 2
    covered = [ellipse(x, y, half, half) for x, y in points]
    for (x0, y0), (x1, y1) in pairwise(points):
        length = math.hypot(x1 - x0, y1 - y0) or 1
        dx, dy = (y1 - y0) / length * half, (x0 - x1) / length * half
        covered.append([(x0 + dx, y0 + dy), (x1 + dx, y1 + dy), (x1 - dx, y1 - dy), (x0 - dx, y0 - dy)])
    return covered

"""Drawings of plants and pots: one function a kind. `tone` is the colour of the pot."""

import math

from erp.backoffice.demo.pictures.canvas import Canvas, Colour, darker, lighter, mix
from erp.backoffice.demo.pictures.outline import trace, turn

CREAM, SOIL, BARK, GREEN, DEEP, PALE = "#fbf5ea", "#5b4334", "#8a6547", "#5f9160", "#3f7050", "#8db179"


def _pot(c: Canvas, tone: Colour, cx: float = 50, *, width: float = 17, top: float = 62) -> None:
    c.shadow(cx, 88, width * 1.15, 3.4)
    c.turned(f"M{cx + width} {top} L{cx + width * 0.74} 88 L{cx} 88", tone, cx=cx, light=0.2)
    c.box(cx - width - 1.6, top - 2, cx + width + 1.6, top + 5, lighter(tone, 0.12), r=1, light=0.2)
    c.oval(cx, top - 1.8, width + 1.2, 2, SOIL, light=0.05)


def _split_leaf(c: Canvas, stem: tuple[float, float], angle: float, size: float, colour: Colour) -> None:
    """A big leaf with cuts, as the Swiss cheese plant has."""
    x, y = stem
    heart = f"M{x} {y} C{x + size * 0.9} {y + size * 0.1} {x + size * 0.75} {y - size} {x} {y - size * 1.25}"
    left = f"C{x - size * 0.75} {y - size} {x - size * 0.9} {y + size * 0.1} {x} {y} Z"
    leaf = c.fill([turn(trace(heart + " " + left), stem, angle)], colour, light=0.12)
    middle = [(x, y), (x, y - size * 1.1)]
    c.line(
        "M{} {} L{} {}".format(*(n for p in turn(middle, stem, angle) for n in p)),
        lighter(colour, 0.3),
        0.7,
        light=0,
    )
    for side in (-1, 1):
        for share in (0.25, 0.5, 0.75):
            cut = [(x + side * size * 0.18, y - size * share), (x + side * size, y - size * (share + 0.12))]
            ends = [number for point in turn(cut, stem, angle) for number in point]
            c.line("M{} {} L{} {}".format(*ends), mix(c.wall, "#bcd3ad", 0.5), size / 14, clip=leaf, light=0)


def monstera(c: Canvas, tone: Colour) -> None:
    leaves = (
        (26, 40, -52, 15, DEEP),
        (74, 42, 54, 15, DEEP),
        (36, 28, -22, 17, GREEN),
        (64, 26, 26, 17, GREEN),
        (50, 34, 2, 18, "#4f8258"),
    )
    for x, y, *_ in leaves:
        c.line(f"M50 62 C50 54 {x} {y + 16} {x} {y}", DEEP, 1.5, light=0)
    for x, y, angle, size, colour in leaves:
        _split_leaf(c, (x, y), angle, size, colour)
    _pot(c, tone)


def snake_plant(c: Canvas, tone: Colour) -> None:
    blades = (
        (40, -16, 40, DEEP),
        (60, 17, 42, DEEP),
        (44, -7, 50, GREEN),
        (56, 8, 48, GREEN),
        (50, 0, 54, "#4f8258"),
    )
    for x, angle, length, colour in blades:
        outline = trace(
            f"M{x - 3} 64 C{x - 6} {64 - length / 2} {x - 3} {70 - length} {x} {62 - length} "
            f"C{x + 3} {70 - length} {x + 6} {64 - length / 2} {x + 3} 64 Z"
        )
        blade = c.fill([turn(outline, (x, 64), angle)], "#d9cf86", light=0.05)
        inner = [(x + (px - x) * 0.66, py + 0.8) for px, py in outline]
        c.fill([turn(inner, (x, 64), angle)], colour, clip=blade, light=0.12)
        for step in range(4, 10):
            y = 64 - length * step / 10
            stripe = turn([(x - 2.6, y), (x + 2.6, y - 1)], (x, 64), angle)
            c.line(
                "M{} {} L{} {}".format(*stripe[0], *stripe[1]),
                lighter(colour, 0.35),
                0.7,
                clip=blade,
                opacity=0.6,
                light=0,
            )
    _pot(c, tone)


def olive_tree(c: Canvas, tone: Colour) -> None:
    c.line("M50 62 C49 52 52 44 50 30", BARK, 2.6)
    for x, y in ((38, 30), (62, 28), (44, 18), (57, 16), (34, 40), (66, 40)):
        c.line(f"M50 46 C50 40 {(50 + x) / 2} {y + 6} {x} {y}", BARK, 1)
    for number in range(70):
        turned, reach = math.radians(number * 137.5), math.sqrt(number / 70) * 20
        stem = (50 + math.cos(turned) * reach, 28 + math.sin(turned) * reach * 0.85)
        c.leaf(stem, number * 137.5 + 60, 8, 1.7, (GREEN, "#8ba07c", "#75906a")[number % 3])
    for x, y in ((40, 34), (58, 36), (47, 22), (62, 24), (35, 26)):
        c.oval(x, y, 1.5, 2, "#55602f", light=0.25)
    _pot(c, tone, width=15)


def herbs(c: Canvas, tone: Colour) -> None:
    for cx, kind in ((22, 0), (50, 1), (78, 2)):
        for number in range(11):
            x = cx + (number - 5) * 1.5
            lean = (number - 5) * 7
            length = 20 - abs(number - 5) * 1.4 + (number % 3) * 2
            c.leaf(
                (x, 66),
                lean,
                length,
                (3.8, 1.1, 2.2)[kind],
                (GREEN, "#7f9d86", PALE)[(kind + number % 2) % 3],
            )
        _pot(c, tone, cx, width=10, top=66)
        c.box(cx - 7, 74, cx + 7, 80, CREAM, r=0.6, light=0.04)
        c.text(cx, 77, ("Basil", "Thyme", "Sage")[kind], "#5a4636", 3)


def cactus(c: Canvas, tone: Colour) -> None:
    for d, width in (
        ("M38 50 C28 50 28 44 28 36", 8),
        ("M62 44 C72 44 72 38 72 30", 8),
        ("M50 62 L50 22", 17),
    ):
        body = c.line(d, "#5d8f68", width, light=0.16)
        for shift in (-0.28, 0, 0.28):
            points = trace(d)
            line = "L".join(f"{x + width * shift} {y}" for x, y in points)
            c.line("M" + line, "#4a7a57", 0.6, clip=body, opacity=0.7, light=0)
    for x, y in ((50, 14), (28, 33), (72, 27)):
        for angle in (-50, 0, 50):
            c.leaf((x, y + 1), angle, 5, 2, "#e08a8a")
    _pot(c, tone)


def terracotta(c: Canvas, tone: Colour, width: float = 20) -> None:
    top = 88 - width * 1.9
    _pot(c, tone, width=width, top=top)
    c.turned(f"M{50 + width * 0.9} 85 L{50 + width} 89 L50 89", darker(tone, 0.1))
    c.line(f"M{50 - width * 0.72} {top + 9} L{50 - width * 0.55} 83", CREAM, 1.4, opacity=0.3, light=0)
    for angle in (-34, -12, 12, 34):
        c.leaf((50 + angle / 9, top - 2), angle, width * 0.75, width / 8, PALE)


def small_pot(c: Canvas, tone: Colour) -> None:
    terracotta(c, tone, 14)


def big_pot(c: Canvas, tone: Colour) -> None:
    terracotta(c, tone, 27)


KINDS = {
    "monstera": monstera,
    "snake plant": snake_plant,
    "olive tree": olive_tree,
    "herbs": herbs,
    "cactus": cactus,
    "terracotta": terracotta,
    "small pot": small_pot,
    "big pot": big_pot,
}

"""Drawings of cups, bowls and plates: one function a kind. `tone` is the colour of the thing."""

from erp.backoffice.demo.pictures.canvas import Canvas, Colour, darker, lighter
from erp.backoffice.demo.pictures.outline import trace

OAK, CREAM = "#c4935f", "#fbf5ea"


def mug(c: Canvas, tone: Colour) -> None:
    c.shadow(54, 86, 27, 4)
    c.line("M67 52 C86 48 86 74 66 73", darker(tone, 0.12), 5)
    body = c.turned("M72 40 C72 62 70 86 62 86", tone, cx=48)
    c.fill([trace("M20 68 L80 68 L80 90 L20 90 Z")], CREAM, clip=body, opacity=0.85, light=0.12)
    c.oval(48, 40, 24, 5, lighter(tone, 0.45), light=0.05)
    c.oval(48, 41.2, 21, 3.6, "#6b4630", light=0.1)
    for x, lean in ((41, 0), (50, 3)):
        c.line(f"M{x} 32 C{x - 5} 26 {x + 5 + lean} 22 {x} 14", CREAM, 1.5, opacity=0.6, light=0)


def espresso(c: Canvas, tone: Colour) -> None:
    for cx, base, colour in ((35, 78, tone), (62, 86, lighter(tone, 0.5))):
        c.shadow(cx, base + 1, 21, 3.4)
        c.oval(cx, base - 1, 20, 3.6, darker(colour, 0.1))
        c.oval(cx, base - 2, 17, 2.6, lighter(colour, 0.2), light=0.05)
        c.line(
            f"M{cx + 10} {base - 20} C{cx + 22} {base - 22} {cx + 20} {base - 8} {cx + 9} {base - 9}",
            colour,
            3,
        )
        c.turned(
            f"M{cx + 13} {base - 26} C{cx + 13} {base - 10} {cx + 9} {base - 3} {cx + 7} {base - 3}",
            colour,
            cx=cx,
        )
        c.oval(cx, base - 26, 13, 3, lighter(colour, 0.5), light=0.05)
        c.oval(cx, base - 25.4, 11, 2.2, "#4f3122", light=0.1)


def bowl(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 30, 4)
    c.turned("M58 84 L60 87", darker(tone, 0.2))
    body = c.turned("M80 52 C80 72 66 85 58 85", tone)
    c.path("M18 60 C40 66 62 66 84 60 L84 63 C62 69 40 69 16 63 Z", CREAM, clip=body, opacity=0.8, light=0.05)
    c.oval(50, 52, 30, 6.5, lighter(tone, 0.5), light=0.06)
    c.oval(50, 53, 27, 5, "#e9d3a5", light=0.08)
    for x, y in ((36, 53), (43, 51), (58, 52), (64, 54), (50, 55)):
        c.oval(x, y, 3.4, 2.4, "#8d3b4c", light=0.3)


def salad_bowl(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 33, 4.4)
    for d in ("M56 52 L80 18", "M47 52 L62 12"):
        c.line(d, darker(tone, 0.25), 2.6)
    c.oval(81, 17, 4, 6, darker(tone, 0.2))
    c.oval(62.5, 11, 4, 6, darker(tone, 0.2))
    for x, angle, length in (
        (28, -50, 18),
        (36, -25, 22),
        (45, -6, 22),
        (55, 16, 21),
        (66, 40, 18),
        (73, 58, 14),
    ):
        c.leaf((x, 55), angle, length, 7, "#7fa35c")
    for x, y in ((40, 47), (57, 46), (50, 50)):
        c.oval(x, y, 4.4, 4.4, "#cf5140", light=0.22)
    body = c.turned("M85 52 C84 76 68 86 60 86", tone)
    for y in (60, 67, 75):
        c.line(
            f"M14 {y} C36 {y + 8} 64 {y + 8} 86 {y}", darker(tone, 0.3), 0.6, clip=body, opacity=0.5, light=0
        )
    c.path("M15 52 C30 60 70 60 85 52 L85 55 C70 63 30 63 15 55 Z", lighter(tone, 0.35), light=0.06)


def teapot(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 30, 4)
    c.line("M30 56 C12 50 12 78 31 76", OAK, 3.4)
    c.path("M70 62 C80 62 80 48 88 46 L92 49 C86 54 86 76 68 78 Z", darker(tone, 0.08))
    body = c.turned("M57 46 C76 48 82 84 62 86 L50 86", tone)
    c.fill(
        [trace("M0 68 C30 74 70 74 100 68 L100 71 C70 77 30 77 0 71 Z")],
        CREAM,
        clip=body,
        opacity=0.7,
        light=0.05,
    )
    c.oval(50, 46.5, 14, 3, darker(tone, 0.2))
    c.turned("M50 38 C60 38 64 44 64 46", lighter(tone, 0.1))
    c.oval(50, 36.5, 3.4, 3.2, OAK)


def carafe(c: Canvas, tone: Colour) -> None:
    c.shadow(42, 86, 20, 3.2)
    c.shadow(73, 87, 11, 2.6)
    glass = c.turned(
        "M49 20 C48 34 50 42 57 54 C62 64 62 82 57 86 L42 86", lighter(tone, 0.55), cx=42, opacity=0.75
    )
    c.path("M10 58 L70 58 L70 90 L10 90 Z", tone, clip=glass, opacity=0.75, light=0.1)
    c.oval(42, 58, 17, 2.6, lighter(tone, 0.4), light=0.05, clip=glass)
    c.oval(42, 20, 7, 1.6, lighter(tone, 0.75), light=0)
    c.oval(38, 68, 4.4, 4.4, "#f0cf62", light=0.1, clip=glass)
    c.leaf((44, 80), 30, 13, 3.4, "#6d9a5e")
    c.line("M32 62 C29 68 29 76 32 81", CREAM, 1.4, opacity=0.8, light=0)
    tumbler = c.turned("M83 60 L80.5 87 L73 87", lighter(tone, 0.55), cx=73, opacity=0.75)
    c.path("M60 70 L90 70 L90 90 L60 90 Z", tone, clip=tumbler, opacity=0.75, light=0.1)
    c.oval(73, 60, 10, 1.9, lighter(tone, 0.75), light=0)
    c.oval(73, 70, 9, 1.6, lighter(tone, 0.4), light=0.05)


def plates(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 84, 34, 4)
    for lift, colour in ((0, darker(tone, 0.1)), (5, tone), (10, lighter(tone, 0.3)), (15, tone)):
        c.turned(f"M84 {76 - lift} C80 {82 - lift} 66 {83.5 - lift} 50 {83.5 - lift}", darker(colour, 0.1))
        c.oval(50, 75.5 - lift, 34, 5.4, colour, light=0.12)
    c.oval(50, 61, 25, 3.6, lighter(tone, 0.35), light=0.06)
    c.leaf((44, 62), 72, 20, 2.6, "#6f8f5e")
    c.leaf((47, 61), 50, 11, 2, "#6f8f5e")


KINDS = {
    "mug": mug,
    "espresso": espresso,
    "bowl": bowl,
    "salad bowl": salad_bowl,
    "teapot": teapot,
    "carafe": carafe,
    "plates": plates,
}

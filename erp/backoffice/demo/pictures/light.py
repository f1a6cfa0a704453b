"""Drawings of lamps and candles: one function a kind. `tone` is the colour of the thing."""

from erp.backoffice.demo.pictures.canvas import Canvas, Colour, darker, lighter
from erp.backoffice.demo.pictures.outline import ellipse

OAK, CREAM, BRASS, GLOW, WAX, DARK = "#c4935f", "#fbf5ea", "#c99a4b", "#ffe9b0", "#f3e4c4", "#45474b"


def table_lamp(c: Canvas, tone: Colour) -> None:
    c.glow(50, 42, 52, GLOW)
    c.shadow(50, 87, 19, 3.2)
    c.turned("M54 52 C60 58 62 64 58 72 C56 77 56 80 60 83 L60 86 L50 86", OAK, light=0.22)
    c.box(48.6, 46, 51.4, 53, BRASS)
    c.turned("M64 16 L76 47 L50 47", tone, light=0.12)
    c.oval(50, 47, 26, 3.2, lighter(tone, 0.6), light=0)
    c.oval(50, 16, 14, 1.8, darker(tone, 0.2), light=0.05)


def pendant(c: Canvas, tone: Colour) -> None:
    c.path("M24 56 L76 56 L96 88 L4 88 Z", GLOW, opacity=0.35, light=0)
    c.oval(50, 87, 46, 5, GLOW, opacity=0.55, light=0)
    c.glow(50, 58, 40, GLOW, 0.5)
    c.line("M50 0 L50 26", DARK, 0.9, light=0)
    c.turned("M53 22 L54 30 L50 30", BRASS)
    c.oval(50, 57, 9, 7, "#fff5d8", light=0.06)
    c.turned("M55 29 C70 32 79 44 79 57 L50 57", tone, light=0.22)
    c.oval(50, 57, 29, 3.2, lighter(tone, 0.55), light=0)
    c.oval(50, 57.6, 9, 2.4, "#fffbe9", light=0)
    c.line("M30 48 C34 40 38 37 43 35", CREAM, 1.4, opacity=0.5, light=0)


def _flame(c: Canvas, x: float, y: float, height: float) -> None:
    c.glow(x, y - height / 2, height * 2.4, GLOW)
    c.line(f"M{x} {y} L{x} {y + 3}", DARK, 0.7, light=0)
    c.turned(
        f"M{x} {y - height} C{x + height / 2.4} {y - height / 2} {x + height / 3} {y} {x} {y}",
        "#f2a33c",
        cx=x,
    )
    c.turned(
        f"M{x} {y - height / 1.8} C{x + height / 4} {y - height / 4} {x + height / 6} {y} {x} {y}",
        "#fff3c9",
        cx=x,
    )


def candles(c: Canvas, tone: Colour) -> None:
    for x, top, base in ((36, 30, 84), (62, 42, 88)):
        c.shadow(x, base, 12, 2.6)
        c.oval(x, base - 1.4, 10, 2.4, BRASS, light=0.25)
        c.turned(
            f"M{x + 2} {base - 10} C{x + 2} {base - 5} {x + 5} {base - 3} {x + 6} {base - 1.6}", BRASS, cx=x
        )
        c.box(x - 5, base - 14, x + 5, base - 9, BRASS, r=1.2, light=0.25)
        c.turned(f"M{x + 2.4} {top} L{x + 3.6} {base - 13}", tone, cx=x, light=0.22)
        _flame(c, x, top - 2, 9)


def scented_candle(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 22, 3.6)
    c.turned("M71 46 L70 83 C70 86 68 87 65 87 L50 87", tone, light=0.2)
    c.oval(50, 46, 21, 4, lighter(tone, 0.4), light=0)
    c.oval(50, 47.2, 19, 3, WAX, light=0.06)
    c.box(38, 58, 62, 76, CREAM, r=1, light=0.04)
    c.line("M43 71 L57 71", tone, 0.8, light=0)
    c.leaf((50, 69), 0, 8, 2, darker(tone, 0.05))
    c.leaf((50, 69), -48, 7, 1.8, tone)
    c.leaf((50, 69), 48, 7, 1.8, tone)
    _flame(c, 50, 44, 12)
    c.line("M33 52 L33.6 78", CREAM, 1.4, opacity=0.4, light=0)


def lantern(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 24, 3.6)
    c.fill([[*ellipse(50, 18, 8, 10), *reversed(ellipse(50, 18, 6.4, 8.4))]], darker(tone, 0.1))
    c.turned("M54 22 L70 36 L50 36", tone, light=0.2)
    c.box(30, 38, 70, 82, GLOW, opacity=0.5, light=0)
    c.box(42, 60, 58, 82, WAX, r=1, light=0.16)
    _flame(c, 50, 57, 10)
    for x in (29, 48.9, 67.8):
        c.box(x, 36, x + 2.2, 84, tone, opacity=0.45 if x == 48.9 else 1)
    c.box(26, 34, 74, 39, darker(tone, 0.1), r=1)
    c.box(25, 81, 75, 87, tone, r=1)


KINDS = {
    "table lamp": table_lamp,
    "pendant": pendant,
    "candles": candles,
    "scented candle": scented_candle,
    "lantern": lantern,
}

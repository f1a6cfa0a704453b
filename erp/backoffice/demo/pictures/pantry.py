"""Drawings of food in jars, bottles and tins: one function a kind. `tone` is the colour of the thing."""

from erp.backoffice.demo.pictures.canvas import Canvas, Colour, darker, lighter
from erp.backoffice.demo.pictures.outline import mirrored, trace

OAK, CREAM = "#c4935f", "#fbf5ea"


def _label(c: Canvas, cx: float, cy: float, words: str, tone: Colour) -> None:
    c.box(cx - 13, cy - 8, cx + 13, cy + 8, CREAM, r=1.4, light=0.04)
    c.box(cx - 13, cy + 5.4, cx + 13, cy + 8, tone, r=0.6, light=0.04)
    c.text(cx, cy - 1.2, words, "#5a4636", 4)


def _jar(c: Canvas, tone: Colour, words: str) -> None:
    c.shadow(50, 87, 21, 3.6)
    c.turned("M66 38 C70 42 71 46 71 50 L71 80 C71 85 68 87 64 87 L50 87", tone, light=0.2)
    c.turned("M66 38 C70 42 71 46 71 50 L50 50", lighter(tone, 0.5), opacity=0.5)
    c.line("M34 50 L34 78", CREAM, 1.6, opacity=0.5, light=0)
    c.box(32, 29, 68, 38, "#e9dcc0", r=2)
    c.box(32, 35, 68, 38, darker("#e9dcc0", 0.18), r=1)
    _label(c, 50, 65, words, tone)


def honey(c: Canvas, tone: Colour) -> None:
    c.line("M82 86 L92 50", OAK, 2)
    for step in range(4):
        c.oval(82.6 + step * 0.9, 84 - step * 3.4, 5 - abs(step - 1.5) * 0.7, 1.7, darker(OAK, 0.1))
    _jar(c, tone, "Honey")


def jam(c: Canvas, tone: Colour) -> None:
    _jar(c, tone, "Plum")
    c.path(
        "M29 28 C36 24 64 24 71 28 L75 43 C70 40 67 44 63 41 C58 45 54 41 50 43 C46 41 42 45 37 41 "
        "C33 44 30 40 25 43 Z",
        "#efe0d0",
        light=0.1,
    )
    for x, y in ((36, 31), (45, 34), (55, 30), (64, 34), (31, 37), (50, 38), (68, 38)):
        c.oval(x, y, 1.2, 1.2, "#b55a5f", light=0)
    c.line("M31 36 C40 40 60 40 69 36", "#b98d57", 1.2)
    c.turned("M84 76 C91 76 90 88 83 88", "#6d4159", cx=83)
    c.leaf((83, 77), 35, 8, 2.4, "#6d9a5e")


def oil(c: Canvas, tone: Colour) -> None:
    c.shadow(47, 87, 16, 3.4)
    c.turned("M52 24 L52 38 C53 44 60 46 60 54 L60 84 C60 86 58 87 56 87 L47 87", tone, cx=47, light=0.24)
    c.box(42.4, 13, 51.6, 24, "#c9a77a", r=1.4)
    c.line("M37.4 54 L37.4 80", lighter(tone, 0.7), 1.2, opacity=0.6, light=0)
    _label(c, 47, 66, "Olive oil", tone)
    for angle, x, y in ((62, 66.0, 82.0), (30, 70.0, 81.0), (84, 73.0, 84.0), (50, 77.0, 82.0)):
        c.leaf((x, y), angle, 12, 2.4, "#8ba06c")
    for x, y in ((69.0, 86.0), (77.0, 87.4)):
        c.oval(x, y, 3.4, 2.6, "#5d6a34", light=0.3)


def tea(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 24, 3.6)
    c.box(30, 40, 70, 87, tone, r=2, light=0.2)
    c.oval(50, 40, 20, 4, darker(tone, 0.2))
    c.box(29, 32, 71, 40, lighter(tone, 0.2), r=1.6)
    c.oval(50, 32.5, 21, 4, lighter(tone, 0.35), light=0.08)
    _label(c, 50, 66, "Mint", darker(tone, 0.1))
    for x, y, angle in ((20, 86, -50), (22, 87, 30), (17, 88, -95), (80, 87, 50), (78, 88, -20)):
        c.leaf((x, y), angle, 10, 3.4, "#6fa06a")


def coffee(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 25, 3.8)
    c.path("M29 30 L71 30 C73 50 75 72 74 87 L26 87 C25 72 27 50 29 30 Z", tone, light=0.22)
    c.path("M29 22 L71 22 L71 32 L29 32 Z", darker(tone, 0.15))
    c.box(27, 20, 73, 24.6, darker(tone, 0.3), r=1)
    c.path(
        "M29 32 L36 32 C34 54 33 74 34 87 L26 87 C25 72 27 50 29 32 Z",
        darker(tone, 0.2),
        opacity=0.5,
        light=0,
    )
    _label(c, 52, 60, "Coffee", "#7b4a2d")
    for x, y, tilt in ((80, 86, 20), (85, 89, -30), (77, 91, 60), (17, 88, 40), (22, 91, -15)):
        c.box(x - 3, y - 2, x + 3, y + 2, "#5a3825", r=1.9, tilt=tilt, light=0.3)


def biscuits(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 30, 4)
    for x, y, tilt in ((36, 53, -14), (50, 50, 6), (64, 53, 18)):
        ring = c.oval(x, y, 11, 9, "#d9a766", light=0.2)
        for dx, dy in ((-4, -3), (3, -4), (0, 2), (5, 1)):
            c.oval(x + dx, y + dy + tilt / 20, 1.2, 1, "#8a5a35", clip=ring, light=0)
    c.turned("M78 56 L78 82 C78 86 76 87 74 87 L50 87", tone, light=0.18)
    c.turned("M79 54 L79 60 L50 60", lighter(tone, 0.3), light=0.1)
    body = mirrored(trace("M78 62 L78 84 L50 84"), 50)
    c.fill([body], lighter(tone, 0.1), light=0.12)
    c.oval(50, 73, 17, 9.4, CREAM, light=0.04)
    c.text(50, 73, "Oat\nbiscuits", "#5a4636", 4)


KINDS = {
    "honey": honey,
    "jam": jam,
    "oil": oil,
    "tea": tea,
    "coffee": coffee,
    "biscuits": biscuits,
}

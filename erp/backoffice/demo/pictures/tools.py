"""Drawings of what works in a garden: one function a kind. `tone` is the colour of the thing."""

from erp.backoffice.demo.pictures.canvas import Canvas, Colour, darker, lighter
from erp.backoffice.demo.pictures.outline import ellipse

CREAM, STEEL, SOIL, BARK, GREEN, PALE = "#fbf5ea", "#b4bdc0", "#5b4334", "#8a6547", "#5f9160", "#8db179"


def watering_can(c: Canvas, tone: Colour) -> None:
    c.shadow(44, 88, 25, 3.8)
    c.line("M26 46 C6 40 4 78 24 80", darker(tone, 0.14), 3.2)
    c.line("M30 44 C30 22 58 22 58 44", darker(tone, 0.08), 3.2)
    c.path("M60 76 C72 72 78 52 86 36 L90 38 C84 56 78 78 61 84 Z", darker(tone, 0.08))
    c.path("M82 30 L97 38 L93 44 L80 36 Z", lighter(tone, 0.2))
    c.turned("M63 46 L66 86 C66 88 64 88 62 88 L44 88", tone, cx=44, light=0.2)
    c.oval(44, 46, 19, 3.4, darker(tone, 0.25), light=0.05)
    for y in (56, 80):
        c.line(
            f"M{24.6 if y == 56 else 23} {y} C36 {y + 2.4} 52 {y + 2.4} {63.4 if y == 56 else 65} {y}",
            lighter(tone, 0.3),
            1,
            light=0,
        )
    for x, y in ((94, 50), (98, 56), (92, 58), (96, 66), (90, 68)):
        c.turned(f"M{x} {y - 2.6} C{x + 1.6} {y} {x + 1.4} {y + 2} {x} {y + 2}", "#8fbbd0", cx=x, light=0.1)


def trowel(c: Canvas, tone: Colour) -> None:
    c.oval(50, 88, 34, 6, SOIL, light=0.1)
    c.oval(56, 85, 24, 5, lighter(SOIL, 0.1), light=0.1)
    blade = c.path("M44 48 L56 48 C60 62 58 78 50 88 C42 78 40 62 44 48 Z", STEEL, light=0.24)
    c.path("M50 48 L60 48 L60 90 L50 90 Z", darker(STEEL, 0.3), clip=blade, opacity=0.35, light=0)
    c.line("M50 36 L50 56", darker(STEEL, 0.15), 2.4)
    c.box(46.4, 32, 53.6, 38, "#c99a4b", r=1)
    c.turned("M55 9 C57 16 54 26 53.4 34 L50 34", tone, light=0.24)
    c.oval(50, 9, 5, 3.4, lighter(tone, 0.1))
    c.line("M50 8 C44 4 46 1 50 2 C54 1 56 4 50 8", "#8b6a4a", 0.8, light=0)
    c.oval(50, 89, 20, 4.4, SOIL, light=0.1)
    for x, angle in ((22, -20), (22, 24), (80, -12), (80, 30)):
        c.leaf((x, 86), angle, 11, 3, PALE)


def secateurs(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 86, 32, 3.4, 0.2)
    c.line("M50 46 C60 54 66 66 66 84", tone, 6, light=0.2)
    c.line("M50 46 C40 54 34 66 34 84", darker(tone, 0.1), 6, light=0.2)
    c.line("M45 58 L48 61 L45 64 L54 61 L52 65 L55 67", STEEL, 1, light=0)
    c.path("M47 48 C38 40 37 28 42 19 C45 30 50 36 54 43 Z", STEEL, light=0.24)
    c.path("M53 48 C60 42 62 34 60 26 C57 25 55 27 54 31 C53 36 50 40 47 43 Z", darker(STEEL, 0.2), light=0.2)
    c.oval(50, 46, 4.4, 4.4, "#c99a4b", light=0.24)
    c.oval(50, 46, 1.4, 1.4, darker("#c99a4b", 0.3), light=0)
    c.line("M84 88 C80 70 78 56 80 44", "#6d8a5a", 1.2)
    for y, angle in ((76, 50), (68, -50), (60, 46)):
        c.leaf((80.4, y), angle, 9, 3, GREEN)
    for rx, colour in ((7, "#c9655f"), (4.8, "#dd8178"), (2.4, "#efaaa0")):
        c.oval(80, 40, rx, rx * 0.94, colour, light=0.12)


def nest_box(c: Canvas, tone: Colour) -> None:
    c.line("M50 88 L50 101", BARK, 5)
    c.path("M30 40 L50 22 L70 40 L70 82 L30 82 Z", tone, light=0.16)
    for x in (40, 50, 60):
        c.line(f"M{x} 32 L{x} 82", darker(tone, 0.25), 0.6, opacity=0.6, light=0)
    c.path("M50 14 L78 40 L73 45 L50 24 L27 45 L22 40 Z", "#8a5d3c", light=0.16)
    c.oval(50, 52, 8, 8, darker(tone, 0.15), light=0)
    c.oval(50, 52, 6.6, 6.6, "#3d2c22", light=0.05)
    c.line("M50 68 L50 70", BARK, 2.4)
    c.box(26, 81, 74, 85, "#8a5d3c", r=0.8)
    c.path(
        "M60 74 C60 68 66 66 70 68 C73 66 77 68 76 71 L79 72 L76 73 C75 79 66 81 60 79 L54 82 Z",
        "#7f9fb5",
        light=0.1,
    )
    c.path("M66 77 C70 78 75 76 75 72 C71 71 67 73 66 77 Z", "#e0a06a", light=0.05)
    c.oval(73, 70.4, 0.8, 0.8, "#2b2b2b", light=0)
    for x, y, angle in ((30, 96, -50), (38, 99, -10), (64, 98, 30), (72, 96, 60)):
        c.leaf((x, y), angle, 12, 4, GREEN)


def seeds(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 26, 3.4)
    for tilt, colour in ((-9, lighter(tone, 0.35)), (4, tone)):
        c.box(28, 26, 72, 87, colour, r=1.4, tilt=tilt, light=0.1)
    c.box(33, 33, 67, 70, CREAM, r=1, tilt=4, light=0.04)
    for x, top, colour in ((42, 46, "#d8584c"), (50, 41, "#6f86c4"), (58, 48, "#e3ad3c")):
        c.line(f"M{x} {top} C{x + 1} 58 {x - 1} 62 {x - 1} 69", GREEN, 1, light=0)
        c.leaf((x, 66), 34, 8, 1.8, PALE)
        for petal in range(6):
            c.leaf((x, top), petal * 60, 5, 2, colour)
        c.oval(x, top, 1.6, 1.6, "#fbe7a8", light=0)
    c.text(48, 78, "Meadow", CREAM, 5)
    for x, y in ((76, 88), (79, 86), (82, 89), (20, 88), (17, 90)):
        c.oval(x, y, 1.1, 0.8, SOIL, light=0.2)


def basket(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 88, 33, 4)
    c.fill(
        [
            [
                *ellipse(50, 56, 34, 40, start=180, end=360),
                *reversed(ellipse(50, 56, 31, 36.6, start=180, end=360)),
            ]
        ],
        darker(tone, 0.2),
        light=0.2,
    )
    for x, y, colour in ((36, 54, "#d8584c"), (46, 50, "#e0a23f"), (56, 53, "#d8584c"), (65, 55, "#8d4b66")):
        c.oval(x, y, 7.4, 7, colour, light=0.24)
        c.leaf((x, y - 6), 30, 6, 2, GREEN)
    for x, angle in ((28, -48), (74, 50), (70, 30)):
        c.leaf((x, 58), angle, 15, 4.6, PALE)
    body = c.turned("M86 56 C84 74 76 87 66 88 L50 88", tone, light=0.18)
    for row, y in enumerate((62, 68, 74, 80, 86)):
        for column in range(11):
            x = 12 + column * 8 + (row % 2) * 4
            c.line(
                f"M{x - 3.4} {y} C{x - 1} {y - 3} {x + 1} {y - 3} {x + 3.4} {y}",
                darker(tone, 0.28),
                1,
                clip=body,
                opacity=0.7,
                light=0,
            )
    c.box(11, 53.4, 89, 58.4, lighter(tone, 0.14), r=2.4, light=0.2)


KINDS = {
    "watering can": watering_can,
    "trowel": trowel,
    "secateurs": secateurs,
    "nest box": nest_box,
    "seeds": seeds,
    "basket": basket,
}

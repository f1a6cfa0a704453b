"""Drawings of what stands or hangs in a room: one function a kind. `tone` is the colour of the thing."""

from erp.backoffice.demo.pictures.canvas import Canvas, Colour, darker, lighter
from erp.backoffice.demo.pictures.outline import ellipse

CREAM, BRASS, DARK = "#fbf5ea", "#c99a4b", "#45474b"


def chair(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 89, 29, 3.6)
    back, seat = darker(tone, 0.28), lighter(tone, 0.12)
    c.line("M35 58 L31 82", back, 3)
    c.line("M65 58 L69 82", back, 3)
    for x in (42, 50, 58):
        c.line(f"M{x} 20 L{x} 54", darker(tone, 0.1), 2.2)
    for x0, x1 in ((35, 33), (65, 67)):
        c.line(f"M{x1} 14 C{x1} 30 {x0} 44 {x0} 58", tone, 3.2)
    c.path("M31 12 C44 8 56 8 69 12 L68 21 C56 17 44 17 32 21 Z", tone, light=0.2)
    c.line("M31 74 L69 74", darker(tone, 0.2), 1.8)
    c.line("M28 58 L25 89", tone, 3.4)
    c.line("M72 58 L75 89", tone, 3.4)
    c.path("M33 50 L67 50 L76 59 L24 59 Z", seat, light=0.14)
    c.box(24, 58.4, 76, 62.4, darker(tone, 0.14), r=1.8)
    c.path("M37 50.4 L63 50.4 L70 57.6 L30 57.6 Z", "#e9dcc3", light=0.1)


def stool(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 88, 26, 3.6)
    c.line("M50 54 L50 80", darker(tone, 0.3), 3.6)
    c.line("M36 54 L27 88", tone, 4)
    c.line("M64 54 L73 88", tone, 4)
    c.line("M32 72 L68 72", darker(tone, 0.16), 2)
    c.turned("M76 48 C76 53 73 55 70 55 L50 55", darker(tone, 0.12), light=0.2)
    c.oval(50, 48, 26, 4.6, lighter(tone, 0.18), light=0.14)
    for rx in (18, 10):
        c.fill(
            [[*ellipse(50, 48, rx, rx / 6), *reversed(ellipse(50, 48, rx - 0.8, rx / 6 - 0.5))]],
            darker(tone, 0.2),
            opacity=0.4,
            light=0,
        )


def side_table(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 89, 27, 3.4)
    c.line("M50 52 L50 82", darker(tone, 0.3), 2.8)
    c.line("M38 50 L29 89", tone, 3)
    c.line("M62 50 L71 89", tone, 3)
    c.turned("M82 46 L82 49 C74 53 60 54 50 54", darker(tone, 0.16), light=0.2)
    c.oval(50, 46, 32, 5, lighter(tone, 0.14), light=0.14)
    c.turned("M66 30 C70 34 70 42 66 45.6 L62 45.6", "#e4d6c4", cx=62)
    for angle, length in ((-24, 18), (6, 22), (32, 17)):
        c.leaf((62, 31), angle, length, 3.6, "#7d9c6d")
    c.box(28, 42.4, 50, 45.4, "#7f95a6", r=0.6)
    c.box(30, 39.6, 48, 42.4, "#c98266", r=0.6)


def shelf(c: Canvas, tone: Colour) -> None:
    for y in (34, 64):
        c.box(14, y, 86, y + 4, tone, r=0.8, light=0.14)
        c.box(14, y + 3, 86, y + 4.4, darker(tone, 0.3), r=0.4)
        for x in (24, 76):
            c.path(f"M{x - 1} {y + 4} L{x + 1} {y + 4} L{x + 1} {y + 12} L{x - 1} {y + 12} Z", DARK)
    books = (("#7f95a6", 20), ("#c98266", 17), ("#e3cf9f", 19), ("#6d8a72", 15), ("#a3768a", 18))
    for place, (colour, height) in enumerate(books):
        c.box(20 + place * 5, 34 - height, 24.4 + place * 5, 34, colour, r=0.6)
    c.turned("M76 22 C79 26 78 33 75 34 L71 34", CREAM, cx=71)
    for angle, length in ((-30, 13), (0, 16), (28, 14)):
        c.leaf((71, 23), angle, length, 2.8, "#7d9c6d")
    c.turned("M40 50 C46 54 44 63 38 64 L32 64", "#b9745a", cx=32)
    for place, colour in enumerate(("#d6a03d", "#7f95a6", "#c0623f")):
        c.box(54, 60 - place * 4, 78 - place * 2, 63.8 - place * 4, colour, r=0.6)


def mirror(c: Canvas, tone: Colour) -> None:
    c.line("M36 24 L50 4 L64 24", "#8b6a4a", 1, light=0)
    c.oval(50, 4.6, 1.6, 1.6, BRASS)
    c.oval(51, 45, 31, 31, darker(c.wall, 0.4), opacity=0.25, light=0)
    c.oval(50, 44, 31, 31, tone, light=0.2)
    glass = c.oval(50, 44, 27, 27, "#dbe7ea", light=0.1)
    for d, width in (("M30 64 L66 20", 7), ("M44 68 L74 32", 2.4)):
        c.line(d, "#ffffff", width, clip=glass, opacity=0.5, light=0)
    c.turned("M72 78 C74 82 73 87 70 88 L66 88", "#e4d6c4", cx=66)
    for angle, length in ((-18, 13), (10, 16)):
        c.leaf((66, 79), angle, length, 2.6, "#7d9c6d")


def clock(c: Canvas, tone: Colour) -> None:
    c.oval(51.4, 45.6, 32, 32, darker(c.wall, 0.4), opacity=0.25, light=0)
    c.oval(50, 44, 32, 32, tone, light=0.2)
    c.oval(50, 44, 27.6, 27.6, CREAM, light=0.05)
    for hour in range(12):
        x, y = ellipse(50, 44, 23.4, 23.4)[hour * 6]
        c.oval(x, y, 1.4 if hour % 3 else 2.2, 1.4 if hour % 3 else 2.2, DARK, light=0)
    c.line("M50 44 L38 36", DARK, 2, light=0)
    c.line("M50 44 L63 29", DARK, 1.4, light=0)
    c.line("M50 48 L50 26", "#c0623f", 0.7, light=0)
    c.oval(50, 44, 2, 2, "#c0623f", light=0)


KINDS = {
    "chair": chair,
    "stool": stool,
    "side table": side_table,
    "shelf": shelf,
    "mirror": mirror,
    "clock": clock,
}

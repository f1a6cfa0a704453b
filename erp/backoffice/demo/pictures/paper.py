"""Drawings of books, paper and presents. `tone` is the colour of the cover, the pen or the wrapping."""

from erp.backoffice.demo.pictures.canvas import Canvas, Colour, darker, lighter
from erp.backoffice.demo.pictures.outline import ellipse, trace

CREAM, INK, GOLD, OAK = "#fbf5ea", "#3d3a45", "#d6b25e", "#c4935f"


def _cover(c: Canvas, tone: Colour, title: str, author: str) -> None:
    """A closed book that stands upright; the middle of its cover is left for a motif."""
    c.shadow(52, 88, 28, 3.6)
    c.box(26, 17, 78, 88, darker(tone, 0.3), r=1.6)
    c.box(26, 19, 76, 86.6, "#f4ead6", r=0.8, light=0.04)
    c.box(24, 15, 73, 87.4, tone, r=1.6, light=0.1)
    c.box(24, 15, 29, 87.4, darker(tone, 0.2), opacity=0.5, light=0)
    c.text(51, 27, title, CREAM, 5.4)
    c.line("M44 79 L58 79", GOLD, 0.6, light=0)
    c.text(51, 82.6, author, CREAM, 3)


def kitchen_book(c: Canvas, tone: Colour) -> None:
    _cover(c, tone, "The Slow\nKitchen", "Marthe Ohlsen")
    c.turned("M65 52 L65 66 C65 70 62 71 59 71 L51 71", CREAM, cx=51, light=0.08)
    c.box(35, 50, 67, 53.4, GOLD, r=1.2)
    c.turned("M51 43 C58 43 64 46 65 50 L51 50", CREAM, cx=51, light=0.08)
    c.oval(51, 42, 2, 1.6, GOLD)


def garden_book(c: Canvas, tone: Colour) -> None:
    _cover(c, tone, "A Year in a\nSmall Garden", "Edwin Farrow")
    c.line("M51 74 C51 62 51 54 51 44", CREAM, 1, light=0)
    for y, length in ((70, 12), (62, 12), (54, 10)):
        c.leaf((51, y), -56, length, 3.4, "#cfdcae")
        c.leaf((51, y), 56, length, 3.4, "#cfdcae")
    c.oval(51, 42, 3.4, 3.4, GOLD)


def bread_book(c: Canvas, tone: Colour) -> None:
    _cover(c, tone, "Bread,\nPatiently", "Ida Brandt")
    loaf = c.oval(51, 58, 17, 12, "#c98a4a", light=0.22)
    for x in (42, 50, 58):
        c.line(f"M{x - 3} 64 C{x - 1} 58 {x + 2} 54 {x + 5} 51", "#f2d9a6", 1.6, clip=loaf, light=0)


def lighthouse_book(c: Canvas, tone: Colour) -> None:
    _cover(c, tone, "Letters from\nthe Lighthouse", "R. A. Penhale")
    c.path("M51 44 L72 38 L72 50 Z", "#ffe9b0", opacity=0.6, light=0)
    tower = c.turned("M54 46 L57 72 L51 72", CREAM, cx=51, light=0.1)
    for y in (50, 60):
        c.box(40, y, 62, y + 5, "#c0623f", clip=tower, light=0.05)
    c.box(47.6, 40, 54.4, 46, GOLD, r=0.6)
    c.turned("M51 36 L56 40.4 L51 40.4", "#c0623f", cx=51)
    c.path("M30 74 C38 69 44 69 51 72 C58 75 64 72 72 70 L72 76 L30 76 Z", "#8fb2c4", light=0.05)


def mending_book(c: Canvas, tone: Colour) -> None:
    _cover(c, tone, "The\nMending Book", "June Abara")
    c.box(40, 46, 62, 68, "#e9c9a8", r=1, light=0.06)
    for step in range(6):
        for x0, y0, x1, y1 in (
            (40 + step * 4, 44, 42 + step * 4, 48),
            (40 + step * 4, 66, 42 + step * 4, 70),
        ):
            c.line(f"M{x0} {y0} L{x1} {y1}", GOLD, 0.8, light=0)
    c.turned("M51 64 C40 56 41 49 46 49 C49 49 51 52 51 53", "#c0623f", cx=51, light=0.1)
    c.line("M60 74 L70 44", "#c9d1d3", 0.9)


def stars_book(c: Canvas, tone: Colour) -> None:
    _cover(c, tone, "Owl Finds\nthe Moon", "Tilda Roos")
    c.oval(58, 50, 10, 10, "#f6e3a6", light=0.08)
    c.oval(47, 61, 9, 11, "#a5805e", light=0.16)
    c.oval(47, 65, 5.4, 6.4, "#e5d0b0", light=0.06)
    for x in (43, 51):
        c.oval(x, 56, 3.6, 3.6, CREAM, light=0)
        c.oval(x, 56, 1.6, 1.6, INK, light=0)
    c.path("M45.8 58 L48.2 58 L47 61 Z", "#d6a03d", light=0)
    c.line("M32 73 L70 73", "#7a5a3c", 1.8)
    for x, y in ((36, 42), (42, 38), (66, 38), (34, 54), (66, 66)):
        c.oval(x, y, 0.8, 0.8, "#f6e3a6", light=0)


def notebook(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 88, 27, 3.6)
    c.box(26, 20, 76, 88, "#f4ead6", r=2.4, tilt=3, light=0.05)
    c.box(24, 18, 73, 87, tone, r=2.6, light=0.1)
    c.box(24, 18, 30, 87, darker(tone, 0.2), r=2.6, opacity=0.6, light=0)
    c.box(64, 18, 66.4, 87, darker(tone, 0.35), light=0)
    c.box(36, 34, 58, 48, CREAM, r=1, light=0.04)
    c.text(47, 41, "Notes", INK, 4.4)
    c.path("M44 87 L47 87 L47 95 L45.5 93 L44 95 Z", "#c0623f", light=0.05)
    c.box(80, 26, 83.4, 80, "#d6a03d", tilt=9, light=0.2)
    c.path("M77.4 79 L80.8 79.6 L78.2 86 Z", "#eedcb8", light=0.05)
    c.box(84.2, 21, 87.6, 27, "#e0a99a", r=0.8, tilt=9)


def pencils(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 88, 20, 3.6)
    colours = ("#c0623f", "#d6a03d", "#66804f", "#3f7c80", "#6d4159")
    for place, colour in enumerate(colours):
        x, lean = 36 + place * 7, (place - 2) * 5
        top = 22 + abs(place - 2) * 5
        c.line(f"M{x} 64 L{x + lean} {top + 8}", colour, 4.4, light=0.16)
        c.path(
            f"M{x + lean - 2.2} {top + 7} L{x + lean + 2.2} {top + 7} L{x + lean * 1.22} {top - 1} Z",
            "#eedcb8",
            light=0.06,
        )
        c.oval(x + lean * 1.2, top + 0.4, 1, 1.2, colour, light=0)
    c.turned("M69 54 L67 84 C67 87 65 88 62 88 L50 88", tone, light=0.2)
    c.line("M32 60 C42 63 58 63 68.4 60", lighter(tone, 0.4), 1.2, light=0)
    c.line("M33 80 C42 83 58 83 67 80", lighter(tone, 0.4), 1.2, light=0)


def cards(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 32, 3.6)
    c.box(20, 44, 66, 84, "#e6cdb4", r=1, tilt=-7, light=0.08)
    c.fill([[(22, 47), (67.4, 41.6), (47, 66)]], darker("#e6cdb4", 0.1), light=0.05)
    c.box(36, 26, 78, 84, tone, r=1.4, tilt=6, light=0.08)
    c.box(40, 30, 74, 80, CREAM, r=1, tilt=6, light=0.03)
    for x, y, colour in ((52, 48, "#d8584c"), (60, 44, "#e3ad3c"), (64, 53, "#6f86c4")):
        c.line(f"M{x} {y} C{x} 58 57 62 56 70", "#5f9160", 0.9, light=0)
        for petal in range(6):
            c.leaf((x, y), petal * 60, 4.6, 1.8, colour)
        c.oval(x, y, 1.5, 1.5, "#fbe7a8", light=0)
    c.leaf((56, 68), -40, 9, 2.4, "#8db179")
    c.leaf((56, 68), 44, 9, 2.4, "#8db179")
    c.text(54.4, 75, "Thank you", INK, 3.6)


def present(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 88, 31, 4)
    ribbon = "#c0623f"
    body = c.box(22, 46, 78, 88, tone, r=1.4, light=0.14)
    for x in range(26, 80, 9):
        for row, y in enumerate((52, 61, 70, 79, 88)):
            c.leaf((x + (row % 2) * 4.5, y), 30, 5, 1.2, lighter(tone, 0.4))
    c.box(22, 46, 78, 52, darker(tone, 0.3), clip=body, opacity=0.3, light=0)
    c.box(18, 37, 82, 49, lighter(tone, 0.1), r=1.4, light=0.14)
    c.box(46, 37, 54, 88, ribbon, light=0.14)
    for side in (-1, 1):
        tip, shoulder, root = 50 + side * 30, 50 + side * 26, 50 + side * 6
        loop = f"M50 36 C{root} 18 {tip} 16 {shoulder} 28 C{50 + side * 22} 36 {50 + side * 10} 37 50 36 Z"
        c.path(loop, ribbon, light=0.2)
        c.oval(50 + side * 15, 28.4, 5, 3.4, darker(ribbon, 0.3), light=0.05)
        c.path(f"M50 36 L{50 + side * 16} 45 L{50 + side * 11} 47 L50 39 Z", darker(ribbon, 0.1))
    c.oval(50, 35.4, 4.4, 3.8, ribbon, light=0.24)
    c.line("M56 40 C64 46 66 50 68 56", CREAM, 0.6, light=0)
    c.fill([trace("M64 56 L74 56 L74 70 L64 70 Z"), ellipse(69, 56, 5, 3)], "#f1e2c4", light=0.06)
    c.text(69, 63, "for\nyou", INK, 2.6)


def whetstone(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 36, 3.6)
    c.box(12, 80, 88, 87, OAK, r=1.6)
    c.box(20, 71, 80, 80.4, tone, r=1, light=0.14)
    c.box(20, 67, 80, 72, lighter(tone, 0.4), r=1, light=0.1)
    c.path("M24 60 L66 34 L70 44 C56 56 40 64 26 64 Z", "#c3cacd", light=0.2)
    c.path("M26 64 C40 62 56 53 69.4 42 L70 44 C56 56 40 64 26 64 Z", "#f4f7f7", light=0)
    c.path("M66 34 L88 22 C92 21 94 26 91 29 C84 34 76 36 70 44 Z", "#8a5d3c", light=0.2)
    for x, y in ((76, 34), (82, 30), (88, 26)):
        c.oval(x, y, 0.9, 0.9, GOLD, light=0)
    for x, y in ((30, 56), (26, 52), (34, 50)):
        c.line(f"M{x} {y} L{x - 3} {y - 4}", "#fff3c9", 0.8, light=0)


KINDS = {
    "kitchen book": kitchen_book,
    "garden book": garden_book,
    "bread book": bread_book,
    "lighthouse book": lighthouse_book,
    "mending book": mending_book,
    "owl book": stars_book,
    "notebook": notebook,
    "pencils": pencils,
    "cards": cards,
    "present": present,
    "whetstone": whetstone,
}

"""Drawings of what a cook works with: one function a kind. `tone` is the colour of the thing."""

from erp.backoffice.demo.pictures.canvas import Canvas, Colour, darker, lighter

STEEL, OAK, CREAM, BRASS = "#c3cacd", "#c4935f", "#fbf5ea", "#c99a4b"


def knife(c: Canvas, tone: Colour, reach: float = 50) -> None:
    tip, heel = 70 - reach, 70
    c.shadow(50, 87, 42, 3.4)
    c.box(8, 71, 94, 87, OAK, r=2)
    c.box(8, 83.6, 94, 87, darker(OAK, 0.3), r=1.6)
    for y in (74, 77.5, 81):
        c.line(f"M12 {y} C40 {y - 1} 60 {y + 1} 90 {y}", darker(OAK, 0.25), 0.4, opacity=0.5, light=0)
    c.path(
        f"M{heel} 57 L{heel} 68 L{heel - 3} 71 C{heel - reach / 2} 72 {tip + 4} 65 {tip} 57 Z",
        STEEL,
        light=0.2,
    )
    c.path(
        f"M{heel} 65 C{heel - reach / 2} 68 {tip + 6} 64 {tip + 1} 58 L{tip} 57 "
        f"C{tip + 6} 65 {heel - reach / 2} 72 {heel - 3} 71 L{heel} 68 Z",
        "#eef2f2",
        light=0.05,
    )
    c.path("M70 57 L92 56 C96 56 96 65 92 65.5 C84 66 80 62.5 70 64 Z", tone, light=0.2)
    for x in (76, 83, 90):
        c.oval(x, 60.3, 0.9, 0.9, BRASS, light=0.1)


def paring_knife(c: Canvas, tone: Colour) -> None:
    knife(c, tone, 30)


def chefs_knife(c: Canvas, tone: Colour) -> None:
    knife(c, tone, 64)


def board(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 30, 3.6)
    plank = c.box(24, 26, 76, 87, tone, r=7)
    for x in (33, 42, 52, 60, 69):
        c.line(
            f"M{x} 26 C{x - 5} 46 {x + 5} 62 {x - 1} 87",
            darker(tone, 0.3),
            0.7,
            clip=plank,
            opacity=0.45,
            light=0,
        )
    c.box(44, 8, 56, 30, tone, r=5)
    c.oval(50, 15, 2.8, 2.8, c.wall, light=0)
    c.line("M50 15 C46 6 40 4 50 1", "#8b6a4a", 0.9, light=0)
    c.turned("M66 78 C72 78 71 88 66 88", "#cf5140", cx=64)
    c.turned("M76 80 C81 80 80 88 76 88", "#dd6a4c", cx=74.5)
    c.leaf((64, 79), 40, 7, 2, "#6d9a5e")


def pot(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 32, 4)
    c.box(12, 56, 24, 61, darker(tone, 0.2), r=2.4)
    c.box(76, 56, 88, 61, darker(tone, 0.2), r=2.4)
    c.turned("M80 50 L80 76 C80 83 76 86.5 70 86.5 L50 86.5", tone)
    c.box(18, 48, 82, 53, darker(tone, 0.22), r=2.4)
    c.turned("M50 36 C66 36 79 42 80 48 L50 48", lighter(tone, 0.08))
    c.line("M30 43 C38 39 44 38.6 50 38.6", CREAM, 1.2, opacity=0.5, light=0)
    c.box(47.5, 31, 52.5, 37, BRASS, r=1)
    c.oval(50, 30, 6, 2.6, BRASS)


def pan(c: Canvas, tone: Colour) -> None:
    c.shadow(42, 86, 30, 4)
    c.path("M66 73 C78 68 86 62 95 54 L98 58 C90 68 80 75 68 79 Z", OAK)
    c.turned("M72 72 C70 82 62 86 54 86 L42 86", tone, cx=42)
    c.oval(42, 72, 30, 7.6, lighter(tone, 0.2))
    c.oval(42, 73, 27, 6.2, darker(tone, 0.25), light=0.1)
    c.path(
        "M24 73 C22 68 34 67 40 69 C50 66 62 70 58 75 C54 79 44 77 38 78 C30 79 24 77 24 73 Z",
        CREAM,
        light=0.05,
    )
    c.oval(41, 71.6, 7, 3.6, "#eeb13c", light=0.25)
    c.oval(39, 70.4, 2, 0.9, "#fbe3a4", light=0)


def rolling_pin(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 86, 36, 3.4)
    c.turned("M84 80 C80 72 74 66 62 66 L50 66", "#f3e3c3", light=0.06)
    c.path("M14 83 C20 74 30 69 50 69 C70 69 80 74 86 83 C70 88 30 88 14 83 Z", "#f3e3c3", light=0.1)
    for x, tilt in ((12, -16), (78, -16)):
        c.box(x, (68 if x < 50 else 48), x + 12, (73 if x < 50 else 53), darker(tone, 0.2), r=2.4, tilt=tilt)
    c.box(20, 52, 82, 69, tone, r=6, tilt=-16)
    c.line("M26 65 L76 51", lighter(tone, 0.5), 1.8, opacity=0.6, light=0)
    for x, y in ((25, 79), (74, 80), (66, 84), (33, 84)):
        c.oval(x, y, 1.2, 0.6, CREAM, light=0)


def loaf_tin(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 36, 4)
    loaf = c.path("M20 62 C16 40 34 36 50 37 C66 36 84 40 80 62 Z", "#c98a4a", light=0.22)
    for x in (34, 48, 62):
        c.line(f"M{x} 52 C{x + 1} 47 {x + 4} 43 {x + 7} 41", "#f0cf95", 2.4, clip=loaf, opacity=0.85, light=0)
    c.path("M16 58 L84 58 L77 86 L23 86 Z", tone, light=0.22)
    c.box(12, 56, 88, 60, lighter(tone, 0.2), r=1.8)
    c.line("M30 66 L34 81", lighter(tone, 0.6), 1.4, opacity=0.5, light=0)


def pepper_mill(c: Canvas, tone: Colour) -> None:
    for cx, colour, top in ((38, tone, 24), (64, lighter("#e8d3ae", 0.2), 36)):
        c.shadow(cx, 87, 13, 3)
        c.turned(
            f"M{cx + 5} {top + 16} C{cx + 7} {top + 26} {cx + 4} {top + 30} {cx + 6} {top + 36} "
            f"C{cx + 12} 74 {cx + 11} 84 {cx + 10} 87 L{cx} 87",
            colour,
            cx=cx,
            light=0.22,
        )
        c.oval(cx, top + 9, 8.6, 7.6, colour, light=0.22)
        c.oval(cx, top + 1, 2.4, 2, STEEL)
        c.line(f"M{cx - 6} {top + 17} L{cx + 6} {top + 17}", STEEL, 1.6)
    for x, y in ((50, 88), (53, 90), (47, 91), (76, 90)):
        c.oval(x, y, 1, 1, "#4a3b33", light=0.2)


KINDS = {
    "knife": knife,
    "paring knife": paring_knife,
    "chef's knife": chefs_knife,
    "board": board,
    "pot": pot,
    "pan": pan,
    "rolling pin": rolling_pin,
    "loaf tin": loaf_tin,
    "pepper mill": pepper_mill,
}

"""Drawings of towels, cushions and other cloth: one function a kind. `tone` is the colour of the thing."""

from erp.backoffice.demo.pictures.canvas import Canvas, Colour, darker, lighter
from erp.backoffice.demo.pictures.outline import ellipse

OAK, CREAM, BRASS = "#c4935f", "#fbf5ea", "#c99a4b"


def _folded(c: Canvas, base: float, height: float, tone: Colour, width: float = 30) -> None:
    c.box(50 - width, base - height, 50 + width, base, tone, r=height / 2.4, light=0.14)
    c.line(
        f"M{50 - width + 4} {base - height / 2} L{50 + width - 1} {base - height / 2}",
        darker(tone, 0.25),
        0.7,
        opacity=0.6,
        light=0,
    )


def towels(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 34, 3.8)
    for level, colour in enumerate((tone, lighter(tone, 0.45), tone, lighter(tone, 0.2))):
        _folded(c, 87 - level * 12, 12.6, colour, 32 - level)
    c.box(52, 29, 68, 39, "#efe3cf", r=3, light=0.14)
    c.leaf((40, 39), -20, 15, 2.2, "#8ba06c")
    c.leaf((41, 39), 8, 13, 2, "#8ba06c")


def bath_towel(c: Canvas, tone: Colour) -> None:
    c.line("M12 17 L88 17", OAK, 3)
    c.oval(12, 17, 3, 3, darker(OAK, 0.2))
    c.oval(88, 17, 3, 3, darker(OAK, 0.2))
    cloth = c.path("M27 15 C40 14 60 14 73 15 L75 83 C60 85 40 85 25 83 Z", tone, light=0.14)
    for x in (36, 50, 63):
        c.line(
            f"M{x} 17 C{x - 2} 40 {x + 2} 60 {x} 84",
            darker(tone, 0.2),
            1.4,
            clip=cloth,
            opacity=0.35,
            light=0,
        )
    for y in (68, 72, 75):
        c.line(f"M24 {y} C40 {y + 2} 60 {y + 2} 76 {y}", CREAM, 1.4, clip=cloth, opacity=0.8, light=0)
    for step in range(17):
        c.line(f"M{26.5 + step * 3} 83.6 L{26.5 + step * 3} 88", lighter(tone, 0.2), 1, light=0)


def hand_towel(c: Canvas, tone: Colour) -> None:
    c.fill([[*ellipse(50, 30, 19, 19), *reversed(ellipse(50, 30, 16.4, 16.4))]], BRASS)
    c.oval(50, 11, 3.4, 3.4, darker(BRASS, 0.2))
    back = c.path("M36 44 C44 49 56 49 64 44 L67 70 C56 72 44 72 33 70 Z", darker(tone, 0.16))
    c.line("M33 66 C44 68 56 68 67 66", CREAM, 1.2, clip=back, opacity=0.6, light=0)
    cloth = c.path("M36 43 C44 49 56 49 64 43 L69 84 C56 86 42 86 30 84 Z", tone, light=0.14)
    for x in (42, 51, 59):
        c.line(
            f"M{x} 47 C{x - 1} 60 {x + 1} 70 {x} 86",
            darker(tone, 0.2),
            1.2,
            clip=cloth,
            opacity=0.35,
            light=0,
        )
    for y in (75, 78.4):
        c.line(f"M28 {y} C42 {y + 2} 56 {y + 2} 70 {y}", CREAM, 1.3, clip=cloth, opacity=0.8, light=0)


def cushion(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 34, 4)
    body = c.path(
        "M20 26 C38 32 62 32 80 26 C77 44 77 66 82 85 C62 81 38 81 18 85 C23 66 23 44 20 26 Z", tone
    )
    for x in (33, 41.5, 50, 58.5, 67):
        c.line(
            f"M{x} 20 C{x + (50 - x) * 0.2} 44 {x + (50 - x) * 0.2} 66 {x} 90",
            CREAM,
            0.9,
            clip=body,
            opacity=0.55,
            light=0,
        )
    c.path("M18 85 C40 76 62 72 82 85 L84 95 L16 95 Z", darker(tone, 0.35), clip=body, opacity=0.3, light=0)
    for x, y, dx, dy in ((20, 26, -5, -5), (80, 26, 5, -5), (82, 85, 5, 3), (18, 85, -5, 3)):
        c.line(f"M{x} {y} L{x + dx} {y + dy}", lighter(tone, 0.45), 2.4, light=0)


def throw(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 36, 3.8)
    for level in range(3):
        _folded(c, 87 - level * 12, 12.6, tone if level % 2 else lighter(tone, 0.12), 34 - level)
    cloth = c.path("M30 50 C44 46 60 46 72 50 L74 82 C60 84 44 84 29 82 Z", lighter(tone, 0.24), light=0.14)
    for x in (37, 46, 55, 64):
        c.line(f"M{x} 46 L{x} 84", CREAM, 1.1, clip=cloth, opacity=0.7, light=0)
    for y in (56, 65, 74):
        c.line(
            f"M28 {y} C44 {y + 2} 60 {y + 2} 76 {y}", darker(tone, 0.2), 1.1, clip=cloth, opacity=0.5, light=0
        )
    for step in range(15):
        c.line(f"M{30.4 + step * 3} 82.4 L{30.4 + step * 3} 87.6", lighter(tone, 0.3), 1, light=0)


def apron(c: Canvas, tone: Colour) -> None:
    c.line("M40 22 C40 8 46 6 50 6 C54 6 60 8 60 22", darker(tone, 0.25), 1.6)
    c.line("M32 48 C22 48 20 56 22 66", darker(tone, 0.25), 1.6)
    c.line("M68 48 C78 48 80 56 78 66", darker(tone, 0.25), 1.6)
    body = c.turned("M61 20 C62 34 64 42 73 47 L74 84 C66 86 58 86.5 50 86.5", tone, light=0.14)
    c.box(36, 58, 64, 74, lighter(tone, 0.14), r=2, light=0.1)
    c.line("M36 61 L64 61", CREAM, 0.7, opacity=0.7, light=0)
    c.line("M50 58 L50 74", darker(tone, 0.25), 0.6, opacity=0.6, light=0)
    c.line("M40 24 L60 24", CREAM, 0.7, clip=body, opacity=0.7, light=0)
    c.line("M57 46 L59 62", OAK, 1.8)
    c.oval(56.8, 44, 2.4, 3.4, OAK)


def tea_towels(c: Canvas, tone: Colour) -> None:
    c.line("M6 20 L94 20", OAK, 2.4)
    for x, colour in ((11, tone), (39, CREAM), (67, lighter(tone, 0.3))):
        cloth = c.path(
            f"M{x} 19 L{x + 22} 19 L{x + 23} 80 C{x + 14} 82 {x + 8} 82 {x - 1} 80 Z", colour, light=0.1
        )
        stripe = tone if colour == CREAM else CREAM
        for y in (30, 33, 66, 69, 72):
            c.line(f"M{x - 2} {y} L{x + 24} {y}", stripe, 1.1, clip=cloth, opacity=0.85, light=0)
        for dx in (5, 17):
            c.line(f"M{x + dx} 14 L{x + dx} 90", stripe, 1.1, clip=cloth, opacity=0.5, light=0)
        c.box(x + 9.4, 15, x + 12.6, 25, darker(OAK, 0.1), r=1)


def soap(c: Canvas, tone: Colour) -> None:
    c.shadow(50, 87, 32, 3.8)
    c.box(18, 79, 82, 87, OAK, r=2.4)
    for x in (30, 44, 58, 72):
        c.box(x - 2, 82, x + 2, 87, darker(OAK, 0.35), r=1)
    c.box(26, 63, 74, 80, tone, r=6, light=0.14)
    c.box(32, 48, 70, 64, lighter(tone, 0.35), r=6, light=0.14)
    c.text(51, 56.4, "SAVON", darker(tone, 0.3), 4.4)
    for x, angle in ((80, 18), (84, 32), (77, 4)):
        c.line(f"M82 86 L{x + (x - 80) * 2} 56", "#7d9468", 0.9, light=0)
        for y in (52, 56, 60, 64):
            c.oval(x + (x - 80) * (86 - y) / 15, y, 1.8, 2, "#8d77b3", light=0.1)
        c.leaf((82, 86), angle, 14, 1.2, "#7d9468")
    for x, y, r in ((24, 56, 3), (20, 64, 2), (29, 48, 2.2), (22, 48, 1.4)):
        c.oval(x, y, r, r, CREAM, opacity=0.6, light=0)


KINDS = {
    "towels": towels,
    "bath towel": bath_towel,
    "hand towel": hand_towel,
    "cushion": cushion,
    "throw": throw,
    "apron": apron,
    "tea towels": tea_towels,
    "soap": soap,
}

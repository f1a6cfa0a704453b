"""A sheet to draw still lifes on: shapes with soft light in a square of 100 by 100. Knows no product."""

import io
import math
from collections.abc import Iterable, Sequence

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter, ImageFont

from erp.backoffice.demo.pictures.outline import Point, capsule, ellipse, mirrored, rounded, trace, turn

SIZE = 800
UNIT = SIZE / 100
# Edges are drawn this many times larger and scaled down, which makes them smooth.
FINE = 4

Colour = str
Outline = Sequence[Point]


def mix(colour: Colour, other: Colour, share: float) -> Colour:
    """Move a colour towards another by a share of 0 to 1."""
    pairs = zip(ImageColor.getrgb(colour)[:3], ImageColor.getrgb(other)[:3], strict=True)
    return "#" + "".join(f"{int(a + (b - a) * share):02x}" for a, b in pairs)


def lighter(colour: Colour, share: float = 0.25) -> Colour:
    return mix(colour, "#fffaf0", share)


def darker(colour: Colour, share: float = 0.25) -> Colour:
    return mix(colour, "#33251f", share)


class Canvas:
    """What is drawn later lies on top. Every shape returns its mask, which can clip another shape."""

    def __init__(self, wall: Colour, table: Colour):
        self.image = _shaded(SIZE, SIZE, lighter(wall, 0.35), wall, upright=True)
        self.wall, self.table = wall, table

    def fill(self, outlines: Iterable[Outline], colour: Colour, **look) -> Image.Image:
        """Fill outlines, lit from the left. Looks are those of every shape.

        `light` is how far the sides differ (0 is flat), `clip` keeps inside the mask of another
        shape, `opacity` below 1 lets through what lies under it.
        """
        mask = _mask(outlines)
        if look.get("clip"):
            mask = ImageChops.multiply(mask, look["clip"])
        box = mask.getbbox()
        if box:
            light = look.get("light", 0.16)
            paint = _shaded(box[2] - box[0], box[3] - box[1], lighter(colour, light), darker(colour, light))
            opacity = look.get("opacity", 1.0)
            self.image.paste(paint, box[:2], mask.crop(box).point(lambda level: int(level * opacity)))
        return mask

    def path(self, d: str, colour: Colour, **look) -> Image.Image:
        """Fill the outline `d`, written as in SVG (M L C Q Z, absolute)."""
        return self.fill([trace(d)], colour, **look)

    def turned(self, d: str, colour: Colour, *, cx: float = 50, **look) -> Image.Image:
        """Fill a body turned on a lathe: `d` is its right half, from top to bottom."""
        return self.fill([mirrored(trace(d), cx)], colour, **look)

    def oval(self, cx: float, cy: float, rx: float, ry: float, colour: Colour, **look) -> Image.Image:
        return self.fill([ellipse(cx, cy, rx, ry)], colour, **look)

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: Colour, **look
    ) -> Image.Image:
        """Fill a rectangle; `r` rounds its corners, `tilt` turns it by degrees about its middle."""
        outline = rounded(left, top, right, bottom, look.pop("r", 0))
        middle = ((left + right) / 2, (top + bottom) / 2)
        return self.fill([turn(outline, middle, look.pop("tilt", 0))], colour, **look)

    def line(self, d: str, colour: Colour, width: float, **look) -> Image.Image:
        """Draw along the path `d` with a round pen."""
        return self.fill(capsule(trace(d), width), colour, **look)

    def leaf(self, stem: Point, angle: float, length: float, width: float, colour: Colour) -> None:
        """Draw a leaf from its stem. The angle counts clockwise from upright."""
        x, y = stem
        half = (
            f"M{x} {y} C{x + width} {y - length * 0.3} {x + width * 0.8} {y - length * 0.8} {x} {y - length}"
        )
        outline = turn(mirrored(trace(half), x), stem, angle)
        self.fill([outline], colour, light=0.1)
        self.fill([turn([*trace(half), (x, y)], stem, angle)], darker(colour, 0.12), light=0, opacity=0.6)

    def shadow(self, cx: float, cy: float, rx: float, ry: float, strength: float = 0.34) -> None:
        """Darken the ground under a thing, softly."""
        mask = _mask([ellipse(cx, cy, rx, ry)]).resize((SIZE // 4, SIZE // 4))
        mask = mask.filter(ImageFilter.GaussianBlur(SIZE / 160)).resize((SIZE, SIZE))
        self.image.paste(darker(self.table, 0.75), (0, 0), mask.point(lambda level: int(level * strength)))

    def glow(self, cx: float, cy: float, r: float, colour: Colour, strength: float = 0.8) -> None:
        """Light the air around a flame or a lamp, less and less towards the radius."""
        side = int(2 * r * UNIT)
        # The ramp reaches 181 where the circle touches the sides of its square, and 255 in the corners.
        level = Image.radial_gradient("L").resize((side, side))
        level = level.point(lambda far: int(max(181 - far, 0) * 255 / 181 * strength))
        self.image.paste(colour, (int((cx - r) * UNIT), int((cy - r) * UNIT)), level)

    def text(self, x: float, y: float, words: str, colour: Colour, size: float) -> None:
        """Write centred at a point; `size` is the height of a line."""
        font = ImageFont.load_default(size=size * UNIT)
        place = (x * UNIT, y * UNIT)
        ImageDraw.Draw(self.image).text(
            place, words, colour, font, anchor="mm", align="center", spacing=size * 2
        )

    def jpeg(self) -> bytes:
        sheet = io.BytesIO()
        self.image.save(sheet, "JPEG", quality=88, optimize=True, progressive=True)
        return sheet.getvalue()


def _mask(outlines: Iterable[Outline]) -> Image.Image:
    """What lies inside any of the outlines, with smooth edges."""
    outlines = list(outlines)
    xs = [x for outline in outlines for x, _ in outline]
    ys = [y for outline in outlines for _, y in outline]
    left, top = math.floor(max(min(xs), 0) * UNIT), math.floor(max(min(ys), 0) * UNIT)
    width = max(math.ceil(min(max(xs), 100) * UNIT) - left, 1)
    height = max(math.ceil(min(max(ys), 100) * UNIT) - top, 1)
    fine = Image.new("L", (width * FINE, height * FINE))
    pen = ImageDraw.Draw(fine)
    for outline in outlines:
        pen.polygon([((x * UNIT - left) * FINE, (y * UNIT - top) * FINE) for x, y in outline], fill=255)
    mask = Image.new("L", (SIZE, SIZE))
    mask.paste(fine.reduce(FINE), (left, top))
    return mask


def _shaded(width: int, height: int, first: Colour, last: Colour, *, upright: bool = False) -> Image.Image:
    """A smooth change of colour, from left to right or from top to bottom."""
    if first == last:
        return Image.new("RGB", (width, height), first)
    ramp = Image.linear_gradient("L")
    ramp = (ramp if upright else ramp.rotate(90)).resize((width, height))
    return Image.composite(
        Image.new("RGB", (width, height), last), Image.new("RGB", (width, height), first), ramp
    )

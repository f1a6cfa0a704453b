"""Pictures of products, drawn by program: one still life each, the same bytes every time."""

from erp.backoffice.demo.pictures import (
    cooking,
    furniture,
    light,
    linen,
    pantry,
    paper,
    plants,
    tableware,
    tools,
)
from erp.backoffice.demo.pictures.canvas import Canvas, darker, lighter
from erp.backoffice.demo.pictures.outline import ellipse, mirrored, trace

COLOURS = {
    "cream": "#f3e8d3",
    "oat": "#dcc9a8",
    "oak": "#c4935f",
    "walnut": "#8a5d3c",
    "rust": "#c0623f",
    "clay": "#b9745a",
    "terracotta": "#c7714d",
    "blush": "#e0a99a",
    "plum": "#6d4159",
    "mustard": "#d6a03d",
    "amber": "#d98f2b",
    "sage": "#93a98c",
    "moss": "#66804f",
    "forest": "#3d6650",
    "sky": "#9dbecb",
    "teal": "#3f7c80",
    "navy": "#33475f",
    "slate": "#6f7f8a",
    "charcoal": "#45474b",
    "steel": "#b9c1c4",
    "white": "#f7f3ea",
    "lavender": "#a393bd",
}
# Wall, table and what hangs behind the thing: a sun, an arch, hills or a window of paper.
SCENES = {
    "kitchen": ("#f4e3cd", "#e2c29b", "#f3cfa5"),
    "home": ("#e6ebe9", "#d9c4a6", "#c3d5d4"),
    "garden": ("#e4eddc", "#c9b48f", "#f4e0a4"),
    "paper": ("#efe3e6", "#cfb2a6", "#e0c6cd"),
}
SHELVES = (tableware, cooking, pantry, light, linen, furniture, plants, tools, paper)
KINDS = {kind: drawing for shelf in SHELVES for kind, drawing in shelf.KINDS.items()}


def draw(kind: str, colour: str, scene: str) -> bytes:
    """A JPEG of 800 by 800 pixels. KeyError: there is no such kind, colour or scene."""
    wall, table, halo = SCENES[scene]
    canvas = Canvas(wall, table)
    BACKDROPS[scene](canvas, halo)
    canvas.box(0, 76, 100, 101, table, light=0)
    canvas.box(0, 75.6, 100, 76.4, lighter(table, 0.5), light=0)
    KINDS[kind](canvas, COLOURS[colour])
    return canvas.jpeg()


def _sun(canvas: Canvas, halo: str) -> None:
    canvas.oval(50, 48, 37, 37, halo, light=0.06)


def _arch(canvas: Canvas, halo: str) -> None:
    canvas.fill([mirrored([*ellipse(50, 42, 33, 33, start=-90, end=0), (83, 80)], 50)], halo, light=0.1)
    canvas.fill(
        [mirrored([*ellipse(50, 44, 27, 28, start=-90, end=0), (77, 80)], 50)], lighter(halo, 0.4), light=0.1
    )


def _hills(canvas: Canvas, halo: str) -> None:
    canvas.oval(70, 30, 17, 17, halo, light=0.04)
    canvas.fill(
        [trace("M0 62 C20 46 42 46 62 60 C78 70 92 66 101 58 L101 80 L0 80 Z")], "#cfe0c2", light=0.05
    )
    canvas.fill(
        [trace("M0 72 C26 58 44 70 64 68 C80 66 92 72 101 68 L101 80 L0 80 Z")], "#bcd3ad", light=0.05
    )


def _window(canvas: Canvas, halo: str) -> None:
    canvas.box(14, 10, 86, 90, halo, r=5, light=0.06)
    canvas.box(18, 14, 82, 90, lighter(halo, 0.45), r=3, light=0.06)
    canvas.path("M18 66 L62 14 L78 14 L22 90 L18 90 Z", darker(halo, 0.02), opacity=0.35, light=0)


BACKDROPS = {"kitchen": _sun, "home": _arch, "garden": _hills, "paper": _window}

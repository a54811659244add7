"""The largest size of a picture, and whether its text is legible at that size."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from autograd.drawing.scenes.scene import Scene

LEGIBLE = 11.0  # pixels: the least height of text
MOST_ENLARGED = 1.5  # the largest enlargement of a small picture


@dataclass(frozen=True)
class Room:
    """The width and height, in pixels, that a picture must fit."""

    width: float
    height: float
    largest: float = MOST_ENLARGED

    def scale(self, scene: Scene) -> float:
        """The factor that makes a scene as large as the room allows."""
        return min(self.width / scene.width, self.height / scene.height, self.largest)

    def text_height(self, scene: Scene) -> float:
        """The font size of the smallest text of a scene in this room."""
        return self.scale(scene) * min((text.size for text in scene.texts()), default=LEGIBLE)

    def fits(self, scene: Scene) -> bool:
        """Whether all text of a scene is legible in this room."""
        return self.text_height(scene) >= LEGIBLE


SIZES = {
    "slide": Room(1280, 720),
    "column": Room(960, 1600, 1.2),  # of a notebook
    "page": Room(680, 960, 1.2),  # of paper, at 96 pixels an inch
    "natural": Room(inf, inf, 1.0),
}

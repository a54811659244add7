"""One scale for several pictures of a network, so that growth of a weight from one picture to the next is visible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from autograd.drawing.scenes.scene import THINNEST, Cells, Curve, Group, Look, Scene, Shape, Text
from autograd.symbols.text import number


def ends_of(scenes: Iterable[Scene]) -> dict[str, float]:
    """The end of each scale, by name: the greatest in all scenes."""
    found: dict[str, float] = {}
    for scene in scenes:
        for look in looks(scene.shapes):
            if look.scale is not None:
                name, end = look.scale
                found[name] = max(end, found.get(name, 0.0))
    return found


def on_scales(scene: Scene, ends: dict[str, float]) -> Scene:
    """The scene with widths of lines and shades of cells on scales with these ends."""
    return replace(scene, shapes=[_on_scale(shape, ends) for shape in scene.shapes])


def looks(shapes: Iterable[Shape]) -> Iterator[Look]:
    """The look of every shape except texts."""
    for shape in shapes:
        if isinstance(shape, Group):
            yield from looks(shape.shapes)
        elif not isinstance(shape, Text):
            yield shape.look


def _on_scale(shape: Shape, ends: dict[str, float]) -> Shape:
    if isinstance(shape, Group):
        shapes = tuple(_on_scale(part, ends) for part in shape.shapes)
        own = next((look.scale for look in looks(shape.shapes) if look.scale is not None), None)
        if shape.kind == "heat" and own is not None:  # its title gives the range
            before, after = f"±{number(own[1])}", f"±{number(ends[own[0]])}"
            shapes = tuple(
                replace(part, words=part.words.replace(before, after)) if isinstance(part, Text) else part
                for part in shapes
            )
        return replace(shape, shapes=shapes)
    if not isinstance(shape, (Curve, Cells)) or shape.look.scale is None:
        return shape
    name, end = shape.look.scale
    share, look = end / ends[name], shape.look
    if isinstance(shape, Curve):
        return replace(shape, look=replace(look, width=THINNEST + (look.width - THINNEST) * share))
    return replace(shape, look=replace(look, opacity=look.opacity * share))

"""The legend of a network's picture: the meaning of its colours and lines."""

from __future__ import annotations

from autograd.drawing.networks.scales import looks
from autograd.drawing.scenes.scene import Line, Run, Scene


def legend(scene: Scene, has_maps: bool, has_lines: bool, has_rings: bool, is_backward: bool, output: str) -> Line:
    """The words for the elements that a scene contains."""
    told: list[Run] = []
    if has_maps:
        told += [Run("■ positive  ", "positive"), Run("■ negative", "negative")]
        told.append(Run("; the stronger the colour, the larger.  ", "faint"))
    if any(look.fill == "warning" for look in looks(scene.shapes)):
        told.append(Run("■ not finite  ", "warning"))
    if has_rings:
        told.append(Run("○ closed  ", "warning"))
    if not has_lines:
        return tuple(told)
    told += [Run("—— positive w  ", "positive", bold=True), Run("- - - negative w", "negative", bold=True)]
    told.append(Run("; the wider, the larger. On a line: ", "faint"))
    if is_backward:
        contribution = Run(" = its contribution to ", "faint")
        return (*told, Run("× w"), contribution, Run(f"∂{output}/∂a", "backward"))
    told += [Run("w", "forward"), Run(" and ", "faint"), Run(f"∂{output}/∂w", bold=True)]
    return (*told, Run(f" = the value at its start × ∂{output}/∂z at its end", "faint"))

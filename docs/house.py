"""Draws the picture of the house from its layers and the imports between them: python -m docs.house."""

import ast
import textwrap
from pathlib import Path

from autograd.drawing.scenes.layout import render
from tests.test_house import LAYERS, ROOT, SOURCES, imported, layer

PICTURE = Path(__file__).with_name("house.svg")
FRONT_DOOR, MODELS = "autograd", "nn"
WIDTH = 38  # characters per line in a box


def imports() -> dict[str, set[str]]:
    """What each layer imports, with the front door and the models above them."""
    found: dict[str, set[str]] = {name: set() for name in (MODELS, FRONT_DOOR, *reversed(LAYERS))}
    for path in SOURCES:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        place = layer(module)
        own = MODELS if module.startswith(MODELS) else FRONT_DOOR if place is None else LAYERS[place]
        for name in imported(path):
            if name.startswith("autograd"):
                below = layer(name)
                found[own].add(FRONT_DOOR if own == MODELS or below is None else LAYERS[below])
            elif name == MODELS:
                found[own].add(MODELS)
        found[own].discard(own)
    return found


def direct(found: dict[str, set[str]]) -> list[tuple[str, str]]:
    """The imports that no longer path implies."""

    def reached(start: str) -> set[str]:
        return {start}.union(*map(reached, found[start]))

    return [
        (above, below)
        for above, those in found.items()
        for below in sorted(those)
        if not any(below in reached(other) for other in those - {below})
    ]


def sentence(name: str) -> str:
    """The first line of a layer's own docstring."""
    folder = ROOT / name if name in (FRONT_DOOR, MODELS) else ROOT / "autograd" / name
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    said = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines()[0].rstrip(".")
    first, _, rest = said.partition(": ")
    said = rest if rest and len(first) < WIDTH else said
    return said[:1].upper() + said[1:]


def source() -> str:
    """The picture in the DOT language."""
    found = imports()
    lines = ['digraph house { node [shape=box, style="rounded,filled", fontname=Helvetica, fontsize=11]; ranksep=0.35;']
    for name in found:
        said = "<br/>".join(textwrap.wrap(sentence(name), WIDTH))
        colour = "#fff1df" if name in (FRONT_DOOR, MODELS) else "#e8f1fb"
        lines.append(f'{name} [fillcolor="{colour}", label=<<b>{name}</b><br/><font point-size="9">{said}</font>>];')
    lines += [f"{above} -> {below};" for above, below in direct(found)]
    return "\n".join([*lines, "}"])


def main() -> None:
    """Write the picture."""
    PICTURE.write_bytes(render(source(), "svg"))


if __name__ == "__main__":
    main()

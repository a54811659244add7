"""Names in a program's source: identifiers, all different, whatever the labels are."""

from __future__ import annotations

import unicodedata
from keyword import kwlist
from typing import TYPE_CHECKING

from autograd.engine.names import shortened
from autograd.primitives import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autograd.compiler.program import Argument

RESERVED = {*kwlist, "__debug__", "inf", "nan", "detach"}  # what source means something else by, operations apart


def identifier(label: str) -> str:
    """A label as a name in Python, as the parser reads it; empty where nothing of it can stand in one.

    >>> [identifier(label) for label in ("w", "weighted input", "σ(z)", "h[0]", "2nd", "lambda", "?")]
    ['w', 'weighted_input', 'σ_z', 'h_0', '_2nd', 'lambda_', '']
    """
    name = unicodedata.normalize("NFKC", label)
    if not name.isidentifier():
        name = "".join(c if f"_{c}".isidentifier() else " " for c in name)
        name = unicodedata.normalize("NFKC", "_".join(name.split()))
        name = name if not name or name.isidentifier() else f"_{name}"
    return f"{name}_" if name in RESERVED or name in ROWS else name


def function_name(name: str) -> str:
    """The name of a program: that of its function, f for one that has none, such as a lambda."""
    return identifier(name) if name.isidentifier() else "f"


def told_apart(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Names as identifiers, each once and none of those taken: w, w_2, w_3."""
    used = set(taken)
    found = []
    for label in names:
        base = name = identifier(label) or "_"
        again = 1
        while name in used:
            again += 1
            name = f"{base}_{again}"
        used.add(name)
        found.append(name)
    return found


def value_names(wanted: Sequence[str | None], arguments: Sequence[Argument], function: str) -> list[str]:
    """A name for every value but constants, for which None is wanted: an identifier, or where it is empty v1, v2, …

    An argument that is one number has its parameter's name, which nothing else has; nor the function's.
    """
    own = {argument.tree: argument.name for argument in arguments if isinstance(argument.tree, int)}
    labels = ["" if label is None else identifier(shortened(label)) for label in wanted]
    used = {function, *(argument.name for argument in arguments)}
    taken = {*used, *labels}
    copies: dict[str, int] = {}
    count = 0
    names: list[str] = []
    for i, (label, name) in enumerate(zip(wanted, labels)):
        if label is None or i in own:
            names.append(own.get(i, ""))
            continue
        if not name:
            count += 1
            while f"v{count}" in taken:
                count += 1
            name = f"v{count}"
        base = name
        while name in used:
            copies[base] = copies.get(base, 1) + 1
            name = f"{base}_{copies[base]}"
        used.add(name)
        names.append(name)
    return names

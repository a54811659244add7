"""Names in a program's source: distinct identifiers, whatever the labels are."""

from __future__ import annotations

import unicodedata
from keyword import kwlist
from typing import TYPE_CHECKING

from autograd.engine.names import shortened
from autograd.primitives import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autograd.compiler.program import Argument

RESERVED = {*kwlist, "__debug__", "inf", "nan", "detach"}  # names with another meaning in source, besides operations


def identifier(label: str) -> str:
    """A label as a Python identifier, normalised as by the parser; empty if no part of it can stand in one.

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
    """The name of a program: its function's, or f if that is not an identifier, as for a lambda."""
    return identifier(name) if name.isidentifier() else "f"


def told_apart(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Names as distinct identifiers, none of them in `taken`: w, w_2, w_3."""
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
    """A name for every value: from its label, or v1, v2, … without one; empty for constants, whose label is None.

    An argument that is one number keeps its parameter's name; no other value has that name or the function's.
    """
    own = {argument.tree: argument.name for argument in arguments if isinstance(argument.tree, int)}
    labels = [identifier(shortened(label)) if label else "" for label in wanted]
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
            names.append(f"v{count}")
            continue
        base = name
        while name in used:
            copies[base] = copies.get(base, 1) + 1
            name = f"{base}_{copies[base]}"
        used.add(name)
        names.append(name)
    return names

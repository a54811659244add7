"""One call of a compiled function: the arguments that it passes, and what its program depends on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd.compiler.inputs.layout import without_masks
from autograd.compiler.inputs.parameters import Passed


class Call(NamedTuple):
    """The arguments of one call: their specs, which determine the program, their arrays, and how rows are reduced.

    `static` holds, for each static argument, its name, a key by type and bits, and its value; `indices`, for each
    index, its name and its spec; `is_index` says which arrays are theirs.
    """

    passed: Passed
    specs: tuple[Any, ...]
    static: tuple[tuple[str, Any, Any], ...]
    indices: tuple[tuple[str, Any], ...]
    arrays: list[Any]
    is_index: tuple[bool, ...]
    rows: int | None
    reduce: str | None

    @property
    def each(self) -> bool:
        """Whether each row has its own result."""
        return self.rows is not None and self.reduce is None

    @property
    def moving(self) -> list[str]:
        """The names of the arguments that may be differentiated."""
        fixed = {name for name, *_ in (*self.static, *self.indices)}
        return [name for name in self.passed.names if name not in fixed]

    def differentiated(self, chosen: Sequence[int]) -> Call:
        """This call with numbers in place of masks in the chosen arguments."""
        if not any(spec != without_masks(spec) for spec in map(self.specs.__getitem__, chosen)):
            return self
        specs = tuple(without_masks(spec) if i in chosen else spec for i, spec in enumerate(self.specs))
        return self._replace(specs=specs)

    @property
    def key(self) -> Any:
        """The key of the program: all that it depends on."""
        return self.passed, self.specs, tuple((name, key) for name, key, _ in self.static), self.indices

"""The types: what a checker knows is true when it runs, what it refuses raises, and what is written is up to date.

That the checker itself is content, `test_types_are_clean` of `tests/test_house.py` says of these files too.
"""

import ast
import inspect
import types
from collections.abc import Callable
from typing import Any, Union, get_args, get_origin

import numpy as np
import pytest

from autograd import Value
from tests.typing import accepted, refused, stubs

RUN = [accepted.operations, accepted.sequences, accepted.operators, accepted.values, accepted.transforms]
RUN += [accepted.tools, accepted.compiled, accepted.models]
ARGUMENTS: dict[str, Callable[[], Any]] = {
    "x": lambda: 0.5,
    "v": lambda: Value(0.5),
    "w": lambda: Value(2.0),
    "a": lambda: np.array([1.0, 2.0]),
}


def conforms(x: Any, to: Any) -> bool:
    """Whether a value is what a type says of it, through lists, tuples, dicts and unions."""
    origin, parts = get_origin(to), get_args(to)
    if to is Any:
        return True
    if hasattr(origin, "__value__"):  # an alias, as NDArray is for NumPy 2.5
        origin = get_origin(origin.__value__)
    if origin in (Union, types.UnionType):
        return any(conforms(x, part) for part in parts)
    if origin is tuple:
        parts = parts[:1] * len(x) if parts[-1] is ... else parts
        return type(x) is tuple and len(x) == len(parts) and all(map(conforms, x, parts))
    if origin is list:
        return type(x) is list and all(conforms(v, parts[0]) for v in x)
    if origin is dict:
        return type(x) is dict and all(conforms(k, parts[0]) and conforms(v, parts[1]) for k, v in x.items())
    return isinstance(x, to if origin is None else origin)


@pytest.mark.parametrize("function", RUN, ids=lambda function: function.__name__)
def test_what_the_checker_knows_is_true(function: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[tuple[Any, Any]] = []
    monkeypatch.setattr(accepted, "assert_type", lambda x, to: found.append((x, to)))
    function(**{name: ARGUMENTS[name]() for name in inspect.signature(function).parameters})
    assert found
    assert [(x, to) for x, to in found if not conforms(x, to)] == []


STATEMENTS = [ast.unparse(node) for node in ast.parse(inspect.getsource(refused.run)).body[0].body]  # type: ignore[attr-defined]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_the_checker_refuses_raises(statement: str) -> None:
    with pytest.raises((TypeError, AttributeError)):
        exec(statement, vars(refused))


def test_what_is_written_from_the_table_is_up_to_date() -> None:
    """If not, run `python -m tests.typing.stubs`."""
    assert stubs.FUNCTIONS.read_text(encoding="utf-8") == stubs.functions()
    assert stubs.OF_SCALARS.read_text(encoding="utf-8") == stubs.methods()

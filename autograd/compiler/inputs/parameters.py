"""Parameters: which arguments a call passes, under which names, and which of them are differentiated.

An argument that is passed is traced unless it is static; one that is not passed keeps its default, which only f sees.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from typing import Any, NamedTuple

from autograd.compiler.inputs.layout import fixing
from autograd.compiler.inputs.watching import exactly
from autograd.transforms.reverse import select_arguments

ANY = inspect.Signature([inspect.Parameter("x", inspect.Parameter.VAR_POSITIONAL)])
BY_VALUE = {int, bool, str, bytes, type(None)}  # equal ones of one class are alike
POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Passed(NamedTuple):
    """The arguments of a call, flat: their names, and their places in the signature."""

    names: tuple[str, ...]
    places: tuple[tuple[str, Any], ...]  # each: its parameter, and its index in *args or key in **kwargs, else None

    def call(self, signature: inspect.Signature, f: Callable[..., Any], values: Sequence[Any]) -> Any:
        """Call f with these values."""
        arguments: dict[str, Any] = {}
        for (parameter, inside), x in zip(self.places, values):
            if inside is None:
                arguments[parameter] = x
            elif isinstance(inside, int):
                arguments[parameter] = (*arguments.get(parameter, ()), x)
            else:
                arguments.setdefault(parameter, {})[inside] = x
        bound = inspect.BoundArguments(signature, arguments)
        return f(*bound.args, **bound.kwargs)


class Parameters:
    """The parameters of a compiled function; those in `rows` carry rows, those in `static` are not traced."""

    def __init__(self, name: str, f: Any, rows: Any, static: Any, index: Any) -> None:
        self.name = name
        try:
            self.signature = inspect.signature(f)
        except ValueError:  # a C function without a signature
            self.signature = ANY
        self.rows, self.static, self.index = _names("rows", rows), _names("static", static), _names("index", index)
        self._where = f" for {self.signature}"  # in errors
        parameters = self.signature.parameters
        for parameter in self.index:
            if parameter not in self.rows:
                raise ValueError(f"compile: index: {parameter!r} is not among rows; what all rows share is static")
        for parameter in (*self.rows, *self.static):
            if parameter not in parameters:
                raise ValueError(f"compile: {name}({', '.join(parameters)}) has no parameter {parameter!r}")
        self._positional = [p.name for p in parameters.values() if p.kind in POSITIONAL]
        self._rest = next((p.name for p in parameters.values() if p.kind is p.VAR_POSITIONAL), "")
        self._least = sum(p.kind in POSITIONAL and p.default is p.empty for p in parameters.values())
        self.is_simple = len(self._positional) == len(parameters)
        self._is_static = [name in self.static for name in self._positional]
        self._is_traced = [name not in self.static for name in self._positional]
        self._passed = [self._plain(count) for count in range(len(self._positional) + 1)]

    def _plain(self, count: int) -> Passed:
        names = tuple(self._positional[:count])
        return Passed(names, tuple((name, None) for name in names))

    def bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Passed, Sequence[Any]]:
        """The arguments that a call passes, and their values; TypeError if they do not fit the signature."""
        if not kwargs and self.is_simple and self._least <= len(args) <= len(self._positional):
            return self._passed[len(args)], args
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            unbound = next(iter(self.signature.parameters), "") == "self"
            advice = ": compile the method of an object, as in compile(object.method)" if unbound else ""
            raise TypeError(f"{self.name}{self.signature}: {error}{advice}") from None
        names: list[str] = []
        places: list[tuple[str, Any]] = []
        values: list[Any] = []
        for parameter, x in bound.arguments.items():
            kind = self.signature.parameters[parameter].kind
            if kind is inspect.Parameter.VAR_POSITIONAL:
                inside: Any = [(f"{parameter}{i}", i, v) for i, v in enumerate(x)]
            elif kind is inspect.Parameter.VAR_KEYWORD:
                inside = [(key, key, v) for key, v in x.items()]
            else:
                inside = [(parameter, None, x)]
            for name, place, value in inside:
                while name in names:
                    name += "_"
                names.append(name)
                places.append((parameter, place))
                values.append(value)
        return Passed(tuple(names), tuple(places)), values

    def is_static(self, passed: Passed, i: int) -> bool:
        """Whether argument i is static."""
        return passed.places[i][0] in self.static

    def role(self, passed: Passed, i: int) -> str:
        """The role of argument i: "shared" by all rows, "rows" if it has them, or "index" if it holds indices."""
        name = passed.places[i][0]
        return "index" if name in self.index else "rows" if name in self.rows else "shared"

    def static_key(self, name: str, x: Any) -> Any:
        """A key for a static argument by type and bits; TypeError if it is not hashable."""
        try:
            key = exactly(x, _distinct)
            hash(key)
            return key
        except TypeError:
            told = f"static arguments must be hashable: {name} is a {type(x).__name__}"
            raise TypeError(f"{self.name}: {told}: {fixing(name)}") from None

    def parted(self, args: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The traced positional arguments, and keys of the static ones: ids, or values where that is quick."""
        if not self.static:
            return args, ()
        keys = [
            (x.__class__, x) if x.__class__ in BY_VALUE else x.hex() if x.__class__ is float else id(x)
            for x in compress(args, self._is_static)
        ]
        return tuple(compress(args, self._is_traced)), (len(args), *keys)

    def constants(self, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """The static arguments among positional ones; None if one can change, since its id would not fix its value."""
        found = tuple(compress(args, self._is_static))
        return found if all(map(_is_constant, found)) else None

    def chosen(self, passed: Passed, argnums: Any) -> tuple[int, ...]:
        """The arguments to differentiate, by position among those that are not static; -1 is the last one passed."""
        given = sum(place in self._positional or place == self._rest for place, _ in passed.places)
        every = argnums if isinstance(argnums, (tuple, list)) else (argnums,)
        from_end = any(type(i) is not bool and hasattr(i, "__index__") and i < 0 for i in every)
        count = given if from_end else len(self._positional) + sum(place == self._rest for place, _ in passed.places)
        fixed = dict.fromkeys(self.static, "static") | dict.fromkeys(self.index, "an index")
        moving = [i for i, (place, _) in enumerate(passed.places) if place not in fixed]
        found = []
        for i in select_arguments(self.name, argnums, count, self._where):
            at = self._at(passed, i)
            if at not in moving:
                raise ValueError(
                    f"{self.name}: {passed.names[at]} is {fixed[passed.places[at][0]]}, so there is no derivative "
                    "with respect to it"
                )
            found.append(moving.index(at))
        return tuple(found)

    def _at(self, passed: Passed, i: int) -> int:
        """The index, among the arguments passed, of positional argument i of the signature."""
        named = i < len(self._positional)
        place = (self._positional[i], None) if named else (self._rest, i - len(self._positional))
        if place not in passed.places:
            raise ValueError(f"{self.name}: {place[0]} was not passed: so it cannot be differentiated")
        return passed.places.index(place)


def _is_constant(x: Any) -> bool:
    """Whether an object never changes: a number, text, None, or a tuple or frozenset of these."""
    return type(x) in BY_VALUE or type(x) is float or (type(x) in (tuple, frozenset) and all(map(_is_constant, x)))


def _distinct(x: Any) -> Any:
    """A key for an object: itself, and its text if its class defines equality: Decimal("1.0") == Decimal("1.00")."""
    equal: Any = type(x).__eq__
    return x if equal is object.__eq__ else (x, repr(x))


def _names(option: str, names: Any) -> tuple[str, ...]:
    if isinstance(names, str):
        return (names,)
    found = tuple(names) if isinstance(names, Iterable) else (names,)
    if not all(isinstance(name, str) for name in found):
        raise TypeError(f"compile: {option} must be a tuple of parameter names, got {names!r}")
    return found

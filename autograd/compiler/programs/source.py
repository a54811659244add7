"""A program as Python source: one operation per line, loops as loops, and the chain rule next to the backward pass."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.compiler.programs.loops import CARRIED, COUNTED, LISTED, SHARED, TAPED, Loop, needs
from autograd.compiler.programs.naming import told_apart
from autograd.compiler.programs.operation import CONSTANT, DETACH, ITEM, LOOP, Meaning, Operation
from autograd.engine.names import NUMBERED, placed
from autograd.engine.paths import indirect
from autograd.primitives import ROWS
from autograd.symbols import COMPARISONS
from autograd.symbols.text import BY_SIGN
from autograd.trees import flatten

if TYPE_CHECKING:
    from autograd.compiler.programs.program import Program

SIGNS = {op: sign for sign, op in BY_SIGN.items()} | {"constant_power": "**"} | {sign: sign for sign in COMPARISONS}

INDENT = "    "
FORWARD = "# forward pass"
BACKWARD = "# backward pass: dv is ∂C/∂v, dz_dv is ∂z/∂v"
AGAIN, BACK = "# this step again", "# backward through it"


def source_of(program: Program) -> str:
    """The source of a function that does what the program does, with autograd's functions in scope."""
    names, streamed = _named(program, program.names), _streamed(program)
    for i, place in streamed.items():
        names[i] = f"{place.argument}[{place.position}]"
    writer = Writer(program, {names[i]: place for i, place in streamed.items()})
    lines = [f"def {program.name}({', '.join(argument.name for argument in program.arguments)}):"]
    unpacking = Unpacking(program, names)
    for argument in program.arguments:
        if streamed.keys() >= set(flatten(argument.tree)) > set():
            lines.append(f"{INDENT}assert len({argument.name}) == {len(argument.tree)}")
        else:
            lines += unpacking.lines(argument.tree, argument.name)
    lines += writer.lines(program, names, INDENT, (FORWARD, BACKWARD))
    return "\n".join([*lines, f"    return {_structure(program.outputs, names, bare=True)}", ""])


def _named(program: Program, names: Sequence[str]) -> list[str]:
    """The names of a program's values, with its constants written out."""
    return [_literal(x.value) if x.op == CONSTANT else name for x, name in zip(program.operations, names)]


class ArgumentPlace(NamedTuple):
    """The place of a number in an argument."""

    argument: str
    position: int


class ArgumentStream(NamedTuple):
    """Numbers at places of one argument that advance by a stride."""

    argument: str
    first: int
    stride: int

    @classmethod
    def of(cls, places: Sequence[ArgumentPlace | None]) -> ArgumentStream | None:
        """The stream through these places; None if they do not advance evenly."""
        if len(places) < 2 or places[0] is None or places[1] is None:
            return None
        (argument, first), stride = places[0], places[1].position - places[0].position
        even = all(place == (argument, first + m * stride) for m, place in enumerate(places))
        return cls(argument, first, stride) if even else None

    def at(self, k: str) -> str:
        """The number of step k."""
        return f"{self.argument}[{affine(self.first, self.stride, k)}]"


def affine(first: int, stride: int, k: str) -> str:
    """first + stride · k."""
    step = k if abs(stride) == 1 else f"{abs(stride)} * {k}"
    if stride < 0:
        return f"{first} - {step}"
    return f"{step} + {first}" if first > 0 else f"{step} - {-first}" if first else step


def _streamed(program: Program) -> dict[int, ArgumentPlace]:
    """The places of the numbers of arguments that a loop advances through, which are indexed rather than unpacked."""
    places: dict[int, ArgumentPlace] = {}
    for name, tree in program.arguments:
        if type(tree) is tuple and all(
            type(i) is int and program.names[i] == f"{name}_{n}" for n, i in enumerate(tree)
        ):
            places |= {i: ArgumentPlace(name, n) for n, i in enumerate(tree)}
    found = set()
    for operation in program.operations:
        if operation.op == LOOP:
            loop = operation.value
            for role, group in zip(loop.roles, loop.grouped(operation.operands)):
                stream = ArgumentStream.of([places.get(i) for i in group]) if role.kind == LISTED else None
                if stream is not None:
                    found.add(stream.argument)
    return {i: place for i, place in places.items() if place.argument in found}


class LoopNames(NamedTuple):
    """The outputs of a loop in the lines after it: names for those of the last step, and lists for all steps."""

    last: dict[int, str]
    tapes: dict[int, str]

    def item(self, output: int, step: int) -> str:
        """An expression for an output of a step."""
        return f"{self.tapes[output]}[{step}]" if output in self.tapes else self.last[output]


class Writer:
    """Writes the operations of a program, and of the bodies of its loops."""

    def __init__(self, program: Program, places: dict[str, ArgumentPlace]) -> None:
        self.places = places
        self.taken = {program.name, *program.names, *(argument.name for argument in program.arguments)}
        self.count = 1

    def _new(self, name: str) -> str:
        """An unused name: this one, with a number appended if it is taken; for v1, v2, …, the next free one."""
        if NUMBERED(name):
            while f"v{self.count}" in self.taken:
                self.count += 1
            name = f"v{self.count}"
        (found,) = told_apart([name], self.taken)
        self.taken.add(found)
        return found

    def lines(self, program: Program, names: list[str], indent: str, titles: tuple[str, str]) -> Iterator[str]:
        """The lines of the operations, under the titles of the forward and the backward pass if there are both."""
        notes, needed = Notes(program, names), needs(program.operations, lambda i: program.operations[i].value)
        ends: dict[int, LoopNames] = {}
        computed = [x.op != CONSTANT for x in program.operations[program.count :]]
        forward = program.forward - program.count
        has_backward = any(computed[:forward]) and any(computed[forward:])
        if has_backward:
            yield indent + titles[0]
        for i in range(program.count, len(program.operations)):
            if has_backward and i == program.forward:
                yield indent + titles[1]
            operation = program.operations[i]
            if operation.op == LOOP:
                ends[i] = yield from self._loop(operation, names, needed.get(i, {}), ends, indent)
            elif operation.op == ITEM:
                names[i] = ends[operation.operands[0]].item(*operation.value)
            elif operation.op != CONSTANT:
                note = notes[i] if i >= program.forward else ""
                yield f"{indent}{names[i]} = {_call(operation, names)}{note}"

    def _loop(
        self, operation: Operation, names: list[str], needed: dict[int, bool], ends: dict[int, LoopNames], indent: str
    ) -> Generator[str, None, LoopNames]:
        """The lines of a loop; returns the names of its outputs."""
        loop, body = operation.value, operation.value.body
        inner = _named(body, body.names)
        for i, x in enumerate(body.operations):
            if x.op not in (CONSTANT, ITEM, LOOP) and not self._is_shared(loop, i):
                inner[i] = self._new(body.names[i])
        k = self._new("k")
        streams, carried = yield from self._inputs(operation, names, inner, ends, k, indent)
        if carried:
            yield f"{indent}{', '.join(inner[m] for m in carried)} = {', '.join(carried.values())}"
        outputs = loop.outputs
        tapes = {o: self._new(f"{inner[outputs[o]]}_tape") for o in sorted(needed) if needed[o]}
        for tape in tapes.values():
            yield f"{indent}{tape} = []"
        yield f"{indent}for {k} in range({loop.times}):"
        yield from (f"{indent}{INDENT}{line}" for line in streams)
        yield from self.lines(body, inner, indent + INDENT, (AGAIN, BACK))
        for output, tape in tapes.items():
            yield f"{indent}{INDENT}{tape}.append({inner[outputs[output]]})"
        last = {output: inner[outputs[output]] for output in needed}
        last |= {loop.roles[m].output: inner[m] for m in carried}
        if carried:
            following = [inner[outputs[loop.roles[m].output]] for m in carried]
            yield f"{indent}{INDENT}{', '.join(inner[m] for m in carried)} = {', '.join(following)}"
        return LoopNames(last, tapes)

    def _inputs(
        self, operation: Operation, names: list[str], inner: list[str], ends: dict[int, LoopNames], k: str, indent: str
    ) -> Generator[str, None, tuple[list[str], dict[int, str]]]:
        """Name the inputs of a step; return the lines in it that set its own inputs, and the first carried values."""
        loop = operation.value
        streams: list[str] = []
        carried: dict[int, str] = {}  # the first values, by input
        for m, (role, group) in enumerate(zip(loop.roles, loop.grouped(operation.operands))):
            if role.kind == SHARED:
                inner[m] = names[group[0]]
            elif role.kind == CARRIED:
                carried[m] = names[group[0]]
            elif role.kind == COUNTED:
                streams.append(f"{inner[m]} = {affine(role.first, role.stride, k)}")
            elif role.kind == TAPED:
                place = f"-1 - {k}" if role.backwards else k
                streams.append(f"{inner[m]} = {ends[group[0]].tapes[role.output]}[{place}]")
            elif stream := ArgumentStream.of([self.places.get(names[i]) for i in group]):
                inner[m] = self._new(f"{stream.argument}_{k}")
                streams.append(f"{inner[m]} = {stream.at(k)}")
            else:
                each = self._new(f"{inner[m]}_each")
                yield f"{indent}{each} = {_list([names[i] for i in group])}"
                streams.append(f"{inner[m]} = {each}[{k}]")
        return streams, carried

    @staticmethod
    def _is_shared(loop: Loop, i: int) -> bool:
        return i < len(loop.roles) and loop.roles[i].kind == SHARED


def _list(names: Sequence[str]) -> str:
    """Names as a list; a repeating pattern is written once, times a number."""
    period = next(p for p in range(1, len(names) + 1) if names[p:] == names[:-p])
    times, rest = divmod(len(names), period)
    if times < 2 or rest:
        return f"[{', '.join(names)}]"
    return f"[{', '.join(names[:period])}] * {times}"


def _literal(x: Any) -> str:
    if isinstance(x, float) and not math.isfinite(x):
        return "nan" if x != x else "inf" if x > 0 else "-inf"
    return repr(x)


def _call(operation: Operation, names: list[str]) -> str:
    operands = [names[i] for i in operation.operands]
    if operation.op in SIGNS:
        left, right = (f"({x})" if x.startswith("-") else x for x in operands)
        return f"{left} {SIGNS[operation.op]} {right}"
    if operation.op == "negative":
        return f"-{operands[0]}"
    if operation.op == DETACH:
        return f"detach({operands[0]})"
    groups = ROWS[operation.op].structured(tuple(operands))
    texts = [f"[{', '.join(x)}]" if isinstance(x, tuple) else x for x in groups]
    return f"{operation.op}({', '.join(texts)})"


class Notes:
    """Comments that state the chain rule, on lines that multiply an adjoint by a local derivative, or add up."""

    SHOWN = 2  # the most meanings that are shown of a value

    def __init__(self, program: Program, names: list[str]) -> None:
        self.program, self.names = program, names
        targets = {m.target for found in program.meanings.values() for m in found if m.target is not None}
        operands = {i: program.operations[i].operands for i in targets}
        inputs = [operation.operands for operation in program.operations]
        self.ambiguous = indirect(range(len(inputs)), inputs.__getitem__, operands)
        for target, found in self.ambiguous.items():
            found.update(source for source, count in Counter(operands[target]).items() if count > 1)
        outputs = [m.output for found in program.meanings.values() for m in found if m.output is not None]
        self.cost = min(outputs, default=None) if "C" not in names else None

    def __getitem__(self, i: int) -> str:
        found = self.program.meanings.get(i, ())
        products = [m for m in found if m.output is not None and m.target is not None]
        sums = [m for m in found if m.target is None]
        local = [m for m in found if m.output is None and self._operand(m) != self.names[m.source]]
        words = [self._words(m) for m in (sums or products or local)[: self.SHOWN]]
        return f"  # {' = '.join(words)}" if words else ""

    def _words(self, m: Meaning) -> str:
        if m.target is None:
            source = self.names[m.source]
            return f"∂{self._output(m)}/∂{source}, summed over what {source} leads to"
        target = self.names[m.target]
        partial = f"∂{target}/∂{self._operand(m)}"
        return partial if m.output is None else f"∂{self._output(m)}/∂{target} · {partial}"

    def _output(self, m: Meaning) -> str:
        assert m.output is not None
        return "C" if m.output == self.cost else self.names[m.output]

    def _operand(self, m: Meaning) -> str:
        """The name of an operand, with its position if ∂z/∂x would be ambiguous."""
        assert m.target is not None
        name = self.names[m.source]
        return placed(name, m.place) if m.source in self.ambiguous[m.target] else name


class Unpacking:
    """The lines that unpack arguments; a dict inside a sequence gets a separate name."""

    def __init__(self, program: Program, names: list[str]) -> None:
        self.names = names
        self.taken = {program.name, *names, *(argument.name for argument in program.arguments)}

    def lines(self, tree: Any, source: str) -> list[str]:
        """The lines that name every number of a tree, which is the value of the expression `source`."""
        if isinstance(tree, dict):
            return [line for key, part in tree.items() for line in self.lines(part, f"{source}[{key!r}]")]
        dicts: list[tuple[dict[Any, Any], str]] = []
        target = self._target(tree, source, dicts).removeprefix("(").removesuffix(")") or "()"
        first = [] if target == source else [f"    {target} = {source}"]
        return first + [line for part, name in dicts for line in self.lines(part, name)]

    def _target(self, tree: Any, source: str, dicts: list[tuple[dict[Any, Any], str]]) -> str:
        if isinstance(tree, int):
            return self.names[tree]
        if isinstance(tree, dict):
            (name,) = told_apart([source], self.taken)
            self.taken.add(name)
            dicts.append((tree, name))
            return name
        parts = [self._target(part, f"{source}_{i}", dicts) for i, part in enumerate(tree)]
        return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def _structure(tree: Any, names: list[str], bare: bool = False) -> str:
    if isinstance(tree, int):
        return names[tree]
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key!r}: {_structure(part, names)}" for key, part in tree.items()) + "}"
    items = ", ".join(_structure(part, names) for part in tree) + ("," if len(tree) == 1 else "")
    return items if bare and tree else f"({items})"

"""Source back to a program: what `Program.source` prints, read statement by statement."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from autograd.compiler.programs.building import VARIABLE, ProgramBuilder
from autograd.compiler.programs.loops import CARRIED, COUNTED, LISTED, SHARED, TAPED, Loop, Role, body_of
from autograd.compiler.programs.operation import CONSTANT, DETACH, Argument
from autograd.compiler.programs.program import Program
from autograd.compiler.programs.source import BACKWARD
from autograd.primitives import ROWS
from autograd.trees import map_parts


def parsed(source: str) -> Program:
    """The program that `source` describes; the source of a program gives an equal program.

    SyntaxError names what does not belong in a program.

    >>> program = parsed("def f(x):\\n    v1 = sin(x)\\n    return v1\\n")
    >>> program(0.0), parsed(program.source()) == program
    (0.0, True)
    """
    return SourceReader(source).program


class Scope:
    """The names of a body, each with its number there; those from outside become inputs that all steps share."""

    def __init__(self, outer: Scope | None = None) -> None:
        self.outer = outer
        self.builder = ProgramBuilder()
        self.numbers: dict[str, int] = {}
        self.lists: dict[str, list[int]] = {}  # numbers for each step of a loop
        self.tapes: dict[str, tuple[int, int] | None] = {}  # the loop and the output; None before the loop
        self.inputs: list[tuple[int, Role, list[int]]] = []

    def number(self, name: str) -> int:
        """The number of a value by its name."""
        if name not in self.numbers:
            if self.outer is None:
                raise SyntaxError(f"{name} is not known")
            i = self.outer.number(name)
            x = self.outer.builder.constants[i]
            self.numbers[name] = self.fed(name, Role(SHARED), [i]) if x is VARIABLE else self.builder.constant(x)
        return self.numbers[name]

    def fed(self, name: str, role: Role, operands: list[int]) -> int:
        """A new input of a body."""
        self.numbers[name] = self.builder.input(name)
        self.inputs.append((self.numbers[name], role, operands))
        return self.numbers[name]


class SourceReader:
    """Reads source, statement by statement."""

    def __init__(self, source: str) -> None:
        (function,) = ast.parse(source).body
        if not isinstance(function, ast.FunctionDef):
            raise SyntaxError("a program is one function")
        self.scope = Scope()
        self.builder = self.scope.builder
        self.loaded = _loaded(function)
        self.trees: dict[str, Any] = {argument.arg: None for argument in function.args.args}
        body = list(function.body)
        self.sources = {_source(node.value)[0] for node in body if isinstance(node, ast.Assign)}
        self.dicts: dict[str, tuple[str, list[Any]]] = {name: (name, []) for name in self.trees}
        self.indexed: set[str] = set()  # arguments that are not unpacked
        while body and self._unpacks(body[0]):
            del body[0]
        for name, tree in self.trees.items():
            self.trees[name] = self._entered(name if tree is None else tree)
        marked = BACKWARD in source
        before = source[: source.index(BACKWARD)].count("\n") if marked else None
        forward = None
        for statement in body:
            if before is not None and forward is None and statement.lineno > before:
                forward = len(self.builder.operations)
            if isinstance(statement, ast.Return) and statement.value is not None:
                outputs = self._tree(statement.value)
            else:
                self._statement(statement)
        arguments = [Argument(name, tree) for name, tree in self.trees.items()]
        self.program = self.builder.program(function.name, arguments, outputs, forward)

    def _statement(self, statement: ast.stmt) -> None:
        """One line of a program or of a body, or a loop."""
        scope = self.scope
        if isinstance(statement, ast.For):
            self._loop(statement)
            return
        if not isinstance(statement, ast.Assign):
            raise SyntaxError(f"not a line of a program: {ast.unparse(statement)}")
        (target,), value = statement.targets, statement.value
        if isinstance(target, ast.Tuple):
            parts = value.elts if isinstance(value, ast.Tuple) else []
            numbers = [self._value(x) for x in parts]
            scope.numbers.update(zip([ast.unparse(x) for x in target.elts], numbers, strict=True))
        elif not isinstance(target, ast.Name):
            raise SyntaxError(f"not a line of a program: {ast.unparse(statement)}")
        elif isinstance(value, ast.List) and not value.elts:
            scope.tapes[target.id] = None
        elif isinstance(value, ast.List):
            scope.lists[target.id] = [self._value(x) for x in value.elts]
        elif isinstance(value, ast.BinOp) and isinstance(value.left, ast.List):
            scope.lists[target.id] = [self._value(x) for x in value.left.elts] * ast.literal_eval(value.right)
        else:
            scope.numbers[target.id] = self._value(value, target.id)

    # --- loops

    def _loop(self, statement: ast.For) -> None:
        """A loop: first the numbers that each step has of its own, at last what is noted and carried over."""
        outer, lines = self.scope, list(statement.body)
        times = _times(statement)
        inner = self.scope = Scope(outer)
        carried = self._carried(lines, outer)
        for name in carried:
            inner.fed(name, Role(CARRIED), [outer.number(name)])
        while lines and self._streams(lines[0], ast.unparse(statement.target), times):
            del lines[0]
        following = lines.pop() if carried else None
        noted: dict[str, int] = {}
        for line in lines:
            if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call):
                call = line.value
                noted[ast.unparse(call.func).removesuffix(".append")] = self._value(call.args[0])
            else:
                self._statement(line)
        inside = _loaded(statement)
        after = {x: i for x, i in inner.numbers.items() if x not in outer.numbers and self.loaded[x] > inside[x]}
        values: list[int] = []
        if isinstance(following, ast.Assign):
            parts = following.value.elts if isinstance(following.value, ast.Tuple) else [following.value]
            values = [self._value(x) for x in parts]
        outputs = list(dict.fromkeys([*values, *noted.values(), *(i for x, i in after.items() if x not in carried)]))
        roles = [role for _, role, _ in inner.inputs]
        roles[: len(values)] = [Role(CARRIED, outputs.index(i)) for i in values]
        body = body_of(inner.builder, [i for i, _, _ in inner.inputs], outputs)
        self.scope = outer
        loop = outer.builder.loop(Loop(body, times, tuple(roles)), [j for _, _, x in inner.inputs for j in x])
        for name, i in noted.items():
            outer.tapes[name] = loop, outputs.index(i)
        for name, i in (after | dict(zip(carried, values))).items():
            outer.numbers[name] = outer.builder.item(loop, outputs.index(i), times - 1)

    def _carried(self, lines: list[ast.stmt], outer: Scope) -> list[str]:
        """The names that the last line carries over."""
        last = lines[-1] if lines else None
        if not isinstance(last, ast.Assign):
            return []
        (target,) = last.targets
        names = [ast.unparse(x) for x in (target.elts if isinstance(target, ast.Tuple) else [target])]
        return names if all(name in outer.numbers for name in names) else []

    def _streams(self, line: ast.stmt, k: str, times: int) -> bool:
        """Whether a line takes the number of a step from k, an argument, a list or a tape; if so, it is an input."""
        if not isinstance(line, ast.Assign):
            return False
        name = ast.unparse(line.targets[0])
        if _loaded(line).keys() == {k}:
            first, second = (_place(line.value, k, step) for step in (0, 1))
            self.scope.fed(name, Role(COUNTED, first=first, stride=second - first), [])
            return True
        if not isinstance(line.value, ast.Subscript):
            return False
        outer, source = self.scope.outer, ast.unparse(line.value.value)
        assert outer is not None
        index = ast.unparse(line.value.slice)
        if source in self.indexed:
            places = [_place(line.value.slice, k, step) for step in range(times)]
            self.scope.fed(name, Role(LISTED), [outer.number(f"{source}_{place}") for place in places])
        elif source in outer.lists:
            self.scope.fed(name, Role(LISTED), outer.lists[source])
        else:
            loop, output = outer.tapes[source] or (0, 0)
            self.scope.fed(name, Role(TAPED, output, backwards=index != k), [loop])
        return True

    def _entered(self, tree: Any) -> Any:
        """A tree of names as a tree of inputs, numbered in order."""
        if isinstance(tree, str):
            self.scope.numbers[tree] = self.builder.input(tree)
            return self.scope.numbers[tree]
        return map_parts(self._entered, tree)

    # --- arguments

    def _unpacks(self, statement: ast.stmt) -> bool:
        """Whether a statement unpacks an argument, or says how long an indexed one is; if so, record it."""
        sized = re.fullmatch(r"assert len\((\w+)\) == (\d+)", ast.unparse(statement))
        if sized and sized[1] in self.trees:
            name, size = sized.groups()
            self.trees[name] = tuple([f"{name}_{n}" for n in range(int(size))])
            self.indexed.add(name)
            return True
        if not isinstance(statement, ast.Assign):
            return False
        source, keys = _source(statement.value)
        if source not in self.dicts:
            return False
        argument, path = self.dicts[source]
        path = [*path, *(("key", key) for key in keys)]
        self.trees[argument] = _grafted(self.trees[argument], path, self._target(statement.targets[0], argument, path))
        return True

    def _target(self, target: ast.expr, argument: str, path: list[Any]) -> Any:
        if isinstance(target, ast.Tuple):
            return tuple(self._target(x, argument, [*path, ("place", i)]) for i, x in enumerate(target.elts))
        if not isinstance(target, ast.Name):
            raise SyntaxError(f"this does not unpack an argument: {ast.unparse(target)}")
        if target.id not in self.sources:
            return target.id
        self.dicts[target.id] = argument, path  # a dict, which later lines unpack
        return None

    # --- expressions

    def _value(self, node: ast.expr, name: str = "") -> int:
        builder = self.scope.builder
        emit = builder.emit
        if isinstance(node, ast.Name):
            if node.id in ("inf", "nan"):
                return builder.constant(float(node.id))
            return self.scope.number(node.id)
        if isinstance(node, ast.Subscript) and self.scope.tapes.get(ast.unparse(node.value)) is not None:
            loop, output = self.scope.tapes[ast.unparse(node.value)] or (0, 0)
            return builder.item(loop, output, ast.literal_eval(node.slice), name)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) in self.indexed:
            return self.scope.number(f"{ast.unparse(node.value)}_{ast.unparse(node.slice)}")
        if isinstance(node, ast.Constant):
            return builder.constant(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            if isinstance(node.operand, ast.Constant) and isinstance(node.operand.value, (int, float)):
                return builder.constant(-node.operand.value)
            if isinstance(node.operand, ast.Name) and node.operand.id == "inf":
                return builder.constant(-math.inf)
            return emit("negative", (self._value(node.operand),), name)
        if isinstance(node, ast.BinOp):
            left, right = self._value(node.left), self._value(node.right)
            op = OPS[type(node.op)]
            if op == "power" and builder.operations[right].op == CONSTANT:
                op = "constant_power"
            return emit(op, (left, right), name)
        if isinstance(node, ast.Compare):
            return emit(OPS[type(node.ops[0])], (self._value(node.left), self._value(node.comparators[0])), name)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in (DETACH, *ROWS):
            flat = [v for x in node.args for v in (x.elts if isinstance(x, ast.List) else [x])]
            return emit(node.func.id, tuple(map(self._value, flat)), name)
        raise SyntaxError(f"not an operation of a program: {ast.unparse(node)}")

    def _tree(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Tuple):
            return tuple(map(self._tree, node.elts))
        if isinstance(node, ast.Dict):
            return {ast.literal_eval(key): self._tree(x) for key, x in zip(node.keys, node.values) if key is not None}
        return self._value(node)


OPS: dict[type, str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.FloorDiv: "floor_divide",
    ast.Mod: "mod", ast.Pow: "power", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=",
}  # fmt: skip


def _source(value: ast.expr) -> tuple[str, list[Any]]:
    """What a line unpacks: p and the keys a and b of p['a']['b']; an empty name if it does something else."""
    keys: list[Any] = []
    while isinstance(value, ast.Subscript):
        keys.insert(0, ast.literal_eval(value.slice))
        value = value.value
    return (value.id, keys) if isinstance(value, ast.Name) else ("", [])


def _grafted(tree: Any, path: list[Any], part: Any) -> Any:
    """A tree with a part inserted at a path of dict keys and positions in sequences."""
    if not path:
        return part
    (kind, step), *rest = path
    if kind == "place":
        return tuple(_grafted(x, rest, part) if i == step else x for i, x in enumerate(tree))
    old = tree or {}
    return old | {step: _grafted(old.get(step), rest, part)}


def _loaded(node: ast.AST) -> Counter[str]:
    """How often each name is read."""
    return Counter(x.id for x in ast.walk(node) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Load))


INDEX_OPS: dict[type, Callable[[int, int], int]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul
}  # fmt: skip


def _place(index: ast.expr, k: str, step: int) -> int:
    """The place that an index names in a step, which is called k there: 2 * k + 3 is 5 in step 1."""
    if isinstance(index, ast.BinOp) and type(index.op) in INDEX_OPS:
        return INDEX_OPS[type(index.op)](_place(index.left, k, step), _place(index.right, k, step))
    if isinstance(index, ast.Constant) and type(index.value) is int:
        return index.value
    if ast.unparse(index) != k:
        raise SyntaxError(f"not a place that moves with {k}: {ast.unparse(index)}")
    return step


def _times(statement: ast.For) -> int:
    """How often a loop runs."""
    call = statement.iter
    if not (isinstance(call, ast.Call) and ast.unparse(call.func) == "range" and len(call.args) == 1):
        raise SyntaxError(f"not a loop of a program: for … in {ast.unparse(call)}")
    times: int = ast.literal_eval(call.args[0])
    return times

"""Sources: the syntax of a function's code where it can be found, and the code compiled from it."""

from __future__ import annotations

import ast
import copy
import functools
import linecache
from collections.abc import Iterator, Sequence
from types import CodeType
from typing import Any, NamedTuple

from autograd.lifting.rewriting.nesting import Flattened
from autograd.lifting.rewriting.rewriter import Rewriter, Unreadable

MADE_NAME = "_autograd_made"
PYTEST = "@pytest_ar"  # a name in functions whose asserts pytest has rewritten


@functools.lru_cache(maxsize=1024)
def rewritten(code: CodeType, rewriter: Any = Rewriter) -> CodeType | None:
    """Return a function's code with branches that can be traced; None if its source is not what runs or is not found.

    Another rewriter makes other code, or none.

    >>> rewritten((lambda x: x).__code__.replace(co_filename="nowhere.py")) is None
    True
    """
    found = _found(code)
    if found is None:
        return None
    node, inside = found
    try:
        made = Flattened().visit(rewriter().visit(copy.deepcopy(_bare(node))))
        return _compiled(made, inside, code, (*code.co_freevars, *rewriter.free))
    except (Unreadable, RecursionError):  # the latter where hundreds of branches follow each other
        return None


def syntax_of(code: CodeType) -> Any:
    """The syntax of a function's code, which must not be changed; None if it cannot be found."""
    found = _found(code)
    return None if found is None else found[0]


def names_in(code: CodeType, dotted: str) -> tuple[str, ...]:
    """A dotted name, split, with the private names of a class mangled as in the code."""
    return tuple([_mangled(name, code) if name.startswith("__") else name for name in dotted.split(".")])


def _mangled(name: str, code: CodeType) -> str:
    return next((x for x in code.co_names if x[0] == "_" != x[1:2] and x.endswith(name)), name)


def _found(code: CodeType) -> tuple[Any, str] | None:
    """The syntax of a function's code, and the name of the class around it."""
    lines = linecache.getlines(code.co_filename)
    module = _read("".join(lines), code.co_filename) if lines else None
    if module is None or not (PYTEST in code.co_names or any(_same(code, x) for x in module.codes)):
        return None
    found = [(node, inside) for node, inside in module.functions if _is_of(node, code)]
    if len(found) > 1:
        found = [(node, inside) for node, inside in found if _has_place(node, code)]
    return found[0] if len(found) == 1 else None


class SourceFile(NamedTuple):
    """A file: its functions with the class around each, and all code compiled from it."""

    functions: list[tuple[Any, str]]
    codes: list[CodeType]


@functools.lru_cache(maxsize=64)
def _read(text: str, filename: str) -> SourceFile | None:
    try:
        tree = ast.parse(text)
        codes = list(_codes(compile(tree, filename, "exec", dont_inherit=True)))
    except (SyntaxError, ValueError, RecursionError):
        return None
    return SourceFile(list(_functions(tree, "")), codes)


def _functions(node: ast.AST, inside: str) -> Iterator[tuple[Any, str]]:
    for part in ast.iter_child_nodes(node):
        if isinstance(part, (ast.FunctionDef, ast.Lambda)):
            yield part, inside
        yield from _functions(part, part.name if isinstance(part, ast.ClassDef) else inside)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _same(code: CodeType, other: CodeType) -> bool:
    """Whether a function's code is what its file says now."""
    place = code.co_firstlineno, code.co_name, code.co_code, code.co_names, code.co_varnames
    return place == (other.co_firstlineno, other.co_name, other.co_code, other.co_names, other.co_varnames)


def _is_of(node: Any, code: CodeType) -> bool:
    """Whether code was compiled from this function."""
    if isinstance(node, ast.FunctionDef):
        first = node.decorator_list[0] if node.decorator_list else node
        return node.name == code.co_name and first.lineno == code.co_firstlineno
    return code.co_name == "<lambda>" and node.lineno == code.co_firstlineno


def _has_place(node: Any, code: CodeType) -> bool:
    """Whether code was compiled from this lambda, of several on a line."""
    places = [place for place in code.co_positions() if None not in place and place[2:] != (0, 0)]
    first, last = min((a, c) for a, _, c, _ in places), max((b, d) for _, b, _, d in places)
    body = getattr(node, "body", node)
    return (first, last) == ((body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset))


FUNCTION: Any = ast.FunctionDef  # has type parameters from Python 3.12 on, and so has CLASS
CLASS: Any = ast.ClassDef


def _bare(node: Any) -> Any:
    """A function without its decorators and defaults, which are computed where it is defined."""
    arguments = copy.copy(node.args)
    arguments.defaults, arguments.kw_defaults = [], [None] * len(arguments.kwonlyargs)
    if isinstance(node, ast.Lambda):
        result = ast.copy_location(ast.Return(node.body), node.body)
        made = FUNCTION("<lambda>", arguments, [result], [], None)
    else:
        made = FUNCTION(node.name, arguments, node.body, [], None)
    return ast.copy_location(made, node)


def _compiled(node: ast.FunctionDef, inside: str, code: CodeType, free: Sequence[str]) -> CodeType:
    """Compile a function with these free variables, in a class of this name, which its private names need."""
    parameters = ast.arguments([], [ast.arg(name) for name in free], None, [], [], None, [])
    node.name = MADE_NAME  # otherwise the function itself would be one of its free variables
    body = CLASS(inside, [], [], [node], []) if inside else node
    known = [] if not inside or inside in code.co_freevars else [ast.Global([inside])]
    outer = FUNCTION("around", parameters, [*known, body], [], None)
    for made in (outer, node, body):
        vars(made).setdefault("type_params", [])  # from Python 3.12 on
    module = ast.fix_missing_locations(ast.Module([outer], []))
    flags = code.co_flags & annotations.compiler_flag  # otherwise annotations of inner functions are evaluated
    codes = _codes(compile(module, code.co_filename, "exec", flags, dont_inherit=True))
    made_code = next(x for x in codes if x.co_name == MADE_NAME)
    return made_code.replace(co_name=code.co_name, co_qualname=code.co_qualname)

"""Decides whether a text is only shown: printed, logged, or put in an error; it may then contain a number's name.

The source around the expression that asks decides: the rest of its statement, other uses of the name to which it is
assigned, and the call of the function that returns it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from math import nan

from autograd.refusals import is_library, is_ours, is_tracing

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from types import FrameType
    from typing import Any

# Libraries that show their arguments. Frames of a debugger or a test report ask for the text of any number.
REPORTERS = {"logging", "warnings", "pprint", "loguru", "rich", "structlog", "tqdm"}
REPORTERS |= {"bdb", "pdb", "pydevd", "debugpy", "_pydevd_bundle", "_pytest", "pytest", "IPython", "traceback"}
TEXTS = {"str", "repr", "format", "ascii"}  # builtins that make texts
ON_TEXTS = {"format", "join", "ljust", "rjust", "center", "strip", "rstrip", "upper", "lower", "title"}  # their methods
AROUND = {  # syntax that is a text, or contains one, if the part inside is one
    "Attribute", "Constant", "Dict", "FormattedValue", "GeneratorExp", "IfExp", "JoinedStr", "List", "ListComp",
    "Name", "Starred", "Tuple", "keyword",
}  # fmt: skip
METHODS = {"__str__", "__repr__", "__format__"}  # these ask on behalf of their callers


def formatted(x: Any, frame: FrameType) -> float | None:
    """The number x as a float, NaN if traced, if code only puts it into a text with `%`; None for other code."""
    inner = frame
    while (frame.f_globals.get("__name__") or "").startswith("autograd.lifting.") and frame.f_back:
        frame = frame.f_back
    if not _formats(frame, frame is not inner):
        return None
    return float(x) if isinstance(x, (int, float)) else nan if is_tracing() and is_shown(frame) else None


def is_shown(frame: FrameType | None) -> bool:
    """Whether the text that the code in a frame asks for is only shown, or requested by this package itself."""
    while frame is not None:
        home = frame.f_globals.get("__name__") or ""
        if home.partition(".")[0] in REPORTERS:
            return True
        asks = frame.f_code.co_name not in METHODS and not home.startswith("autograd.lifting.")
        if asks and (is_ours(home) or not is_library(home)):
            return is_ours(home) or _shows(frame)
        frame = frame.f_back
    return True


def _formats(frame: FrameType, rewritten: bool) -> bool:
    """Whether the code in a frame puts a number into a text with `%`: logging, or `%` with a text on its left."""
    from opcode import opname

    home = frame.f_globals.get("__name__") or ""
    if home.partition(".")[0] == "logging":
        return True
    if not rewritten and opname[frame.f_code.co_code[frame.f_lasti]] != "BINARY_OP":
        return False
    around = _pieces(frame)
    node: Any = around[-1] if around else None
    return type(node).__name__ == "BinOp" and type(node.op).__name__ == "Mod" and _is_text(node.left, frame)


def _is_text(node: Any, frame: FrameType) -> bool:
    """Whether a piece of source is known to be a text."""
    kind = type(node).__name__
    if kind == "BinOp":
        return _is_text(node.left, frame) or _is_text(node.right, frame)
    return kind == "JoinedStr" or isinstance(node.value if kind == "Constant" else value_of(node, frame), str)


def _pieces(frame: FrameType) -> list[Any]:
    """The syntax nodes around the code that runs now in a frame; empty if there is no source."""
    from linecache import getlines

    place = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    tree = None if None in place else _parsed("".join(getlines(frame.f_code.co_filename, frame.f_globals)))
    return [] if tree is None else list(_around(tree, (place[0], place[2]), (place[1], place[3])))


def _shows(frame: FrameType, returns: bool = False) -> bool:
    """Whether the code that runs in a frame only shows a text that it asks for now, or that a call returns."""
    around = _pieces(frame)
    return bool(around) and Showing(frame, around).shows(around, returns)


class Showing:
    """Follows a text in the function of a frame; `around` are the syntax nodes around the code that asks."""

    def __init__(self, frame: FrameType, around: list[ast.AST]) -> None:
        self.frame = frame
        self.function = _function(around)
        self.names: set[str] = set()  # names that hold the text

    def shows(self, around: list[Any], is_text: bool = False) -> bool:
        """Whether the value of the last of these syntax nodes is only shown; `is_text` if it is known to be a text."""
        for node, outer in zip(reversed(around), [*reversed(around[:-1]), None]):
            kind = type(node).__name__
            if kind in ("Expr", "Raise", "Assert") or (kind == "Call" and self._reports(node)):
                return True
            if kind == "Return":
                return self._caller_shows()
            if kind in ("Assign", "AnnAssign", "AugAssign"):
                return all(map(self._only_shown, getattr(node, "targets", None) or [node.target]))
            if not (kind in AROUND or _makes_text(node) or (is_text and node is around[-1])):
                return False
            if type(outer).__name__ == "Lambda":
                return self._caller_shows()
        return False

    def _reports(self, call: Any) -> bool:
        """Whether a call shows its arguments: on the terminal, in a log, or in an error."""
        f, owner = self._value(call.func), self._value(getattr(call.func, "value", None))
        if f is print:
            return all(_is_terminal(self._value(word.value)) for word in call.keywords if word.arg == "file")
        if _is_terminal(owner) or (isinstance(f, type) and issubclass(f, BaseException)):
            return True
        homes = getattr(f, "__module__", None), type(owner).__module__
        return any(isinstance(home, str) and home.partition(".")[0] in REPORTERS for home in homes)

    def _value(self, node: Any) -> Any:
        return value_of(node, self.frame)

    def _caller_shows(self) -> bool:
        """Whether the caller shows what this function returns."""
        from inspect import CO_GENERATOR

        caller = self.frame.f_back
        if caller is None or self.frame.f_code.co_flags & CO_GENERATOR or is_library(caller.f_globals.get("__name__")):
            return False  # any code may take what a generator yields
        return _shows(caller, returns=True)

    def _only_shown(self, target: Any) -> bool:
        """Whether every use of the name to which the text is assigned only shows it."""
        import ast

        if type(target) is not ast.Name or type(self.function) is not ast.FunctionDef:
            return False
        name, parts = target.id, list(ast.walk(self.function))
        if any(name in x.names for x in parts if isinstance(x, (ast.Global, ast.Nonlocal))):
            return False
        if name in self.names:
            return True
        self.names.add(name)
        loads = [x for x in parts if type(x) is ast.Name and x.id == name and type(x.ctx) is ast.Load]
        found = [(x, list(_around(self.function, *_ends(x)))) for x in loads]
        return all(around[-1] is x and _function(around) is self.function and self.shows(around) for x, around in found)


def value_of(node: Any, frame: FrameType) -> Any:
    """The value of a name, or of an attribute of a module or an object; None if that is not known."""
    if type(node).__name__ == "Name":
        scopes = frame.f_locals, frame.f_globals, frame.f_builtins
        return next((scope[node.id] for scope in scopes if node.id in scope), None)
    if type(node).__name__ != "Attribute":
        return None
    held = value_of(node.value, frame)
    own = getattr(held, "__dict__", {})
    return own[node.attr] if node.attr in own else getattr(type(held), node.attr, None)


def _makes_text(node: Any) -> bool:
    """Whether a syntax node that contains a text is itself a text, rather than computed from one."""
    if type(node).__name__ == "Call":
        return getattr(node.func, "id", "") in TEXTS or getattr(node.func, "attr", "") in ON_TEXTS
    return type(node).__name__ == "BinOp" and type(node.op).__name__ in ("Add", "Mod")


def _is_terminal(x: Any) -> bool:
    return x is not None and (x is sys.stdout or x is sys.stderr)


def _function(around: list[Any]) -> Any:
    """The innermost function of these syntax nodes."""
    return next((x for x in reversed(around) if type(x).__name__ in ("FunctionDef", "Lambda")), around[0])


def _parsed(text: str) -> Any:
    """The syntax tree of a file; None if it cannot be parsed."""
    import ast

    if text not in _known:
        while len(_known) >= MOST_FILES:
            _known.pop(next(iter(_known)), None)
        try:
            _known[text] = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            _known[text] = None
    return _known[text]


MOST_FILES = 16
_known: dict[str, Any] = {}


def _ends(node: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


def _around(node: Any, first: Any, last: Any) -> Iterator[Any]:
    """The syntax nodes that contain a place, from the largest to the smallest."""
    import ast

    while node is not None:
        yield node
        parts = list(ast.iter_child_nodes(node))
        parts = [x for part in parts for x in ([part] if hasattr(part, "lineno") else ast.iter_child_nodes(part))]
        node = next((x for x in parts if hasattr(x, "lineno") and _holds(x, first, last)), None)


def _holds(node: Any, first: Any, last: Any) -> bool:
    start, end = _ends(node)
    return bool(start <= first and last <= end)

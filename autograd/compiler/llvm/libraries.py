"""External functions: the engine's own, libm, and glibc's libmvec, which works on whole vectors.

libmvec promises 4 ulp and the special values of IEEE; it is looked up at run time, and never required. Rare operands of
a kernel go to the engine's float function, as in the NumPy executor.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import platform
from collections.abc import Callable
from functools import cache
from typing import Any

from autograd.compiler.execution.kernels import float_function
from autograd.compiler.llvm.interpreter import ENGINE, PREFIX, asking, engine_name
from autograd.compiler.llvm.lanes import BOOLEAN, DOUBLE, Lanes, Unsupported, constant, in_parts, like
from autograd.compiler.llvm.text import Body

NAMES = {  # NumPy's names, and C's
    "exp2": "exp2", "log2": "log2", "log10": "log10", "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin",
    "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "sinh": "sinh", "cosh": "cosh", "arcsinh": "asinh",
    "arccosh": "acosh", "arctanh": "atanh", "hypot": "hypot", "power": "pow", "fmod": "fmod", "erf": "erf",
}  # fmt: skip
PREFIXES = {8: "_ZGVeN8", 4: "_ZGVdN4", 2: "_ZGVbN2"}  # of libmvec's functions, by doubles in a vector


@cache
def _libraries() -> tuple[Any, Any]:
    """libm, and libmvec if there is one for this processor."""
    libm = ctypes.CDLL(ctypes.util.find_library("m") or ctypes.util.find_library("msvcrt"))
    try:
        vectors = ctypes.CDLL("libmvec.so.1") if platform.machine() == "x86_64" else None
    except OSError:
        vectors = None
    return libm, vectors


@cache
def _float_function(name: str) -> Any:
    """The engine's float function, kept alive for the code that holds its address."""
    return float_function(name)


def address(symbol: str) -> int:
    """The address of a function that a module declares; 0 if there is none."""
    if symbol.startswith(ENGINE):
        return id(_float_function(engine_name(symbol)))
    library = ctypes.pythonapi if symbol.startswith(PREFIX) else _libraries()[symbol.startswith("_ZGV")]
    try:
        return ctypes.cast(getattr(library, symbol), ctypes.c_void_p).value or 0
    except AttributeError:
        return 0


def shared(name: Any, kernel: Callable[..., Lanes], *operands: Lanes) -> Lanes:
    """Call a kernel as a function of the module, which is generated once."""
    body = operands[0].body
    module = body.module
    name = (name, body.lanes)
    if name not in module.functions:
        kind = f"<{body.lanes} x double>"
        arguments = [f"{kind} %x{i}" for i in range(len(operands))]
        inside = Body(module, kind, f"kernel{len(module.functions)}", arguments, "internal fastcc")
        inside.lanes = body.lanes
        module.functions[name] = inside
        found = kernel(*[Lanes(inside, f"%x{i}") for i in range(len(operands))])
        inside.do(f"ret {found.numbers}")
    inside = module.functions[name]
    inside.calls += 1
    given = ", ".join(str(x.numbers) for x in operands)
    return operands[0].other(f"call fastcc {inside.result} @{inside.name}({given})")


def call(name: str, *operands: Lanes) -> Lanes:
    """A C function, by whole vectors if libmvec has it, else lane by lane."""
    width = operands[0].body.native
    symbol = f"{PREFIXES.get(width, '')}{'v' * len(operands)}_{name}"
    if address(symbol):
        return shared(name, lambda *xs: _by_vector(symbol, *xs), *operands)
    if not address(name):
        raise Unsupported(f"this platform's C library has no {name}")
    module = operands[0].body.module
    return shared(name, lambda *xs: _by_lane(module.declare("double", name, *["double"] * len(xs)), *xs), *operands)


def _by_vector(symbol: str, *operands: Lanes) -> Lanes:
    """One call for each native vector."""
    body = operands[0].body
    part = f"<{body.native} x double>"
    function = body.module.declare(part, symbol, *[part] * len(operands))
    return in_parts(lambda *xs: f"call {part} {function}({', '.join(f'{part} {x}' for x in xs)})", *operands)


def _by_lane(function: str, *operands: Lanes, where: Lanes | None = None) -> Lanes:
    """One call for each lane, or each lane that `where` marks, in a loop through memory."""
    body, lanes = operands[0].body, operands[0].body.lanes
    memories = [body.memory(x.type) for x in operands]
    for x, memory in zip(operands, memories):
        body.do(f"store {x}, ptr {memory}")
    asked = where.numbers if where is not None else constant(body, 1.0)
    flags, out = body.memory(asked.type), body.memory(asked.type)
    body.do(f"store {asked}, ptr {flags}")
    body.do(f"store {operands[0]}, ptr {out}")
    with body.loop(lanes) as i:
        flag = body.word(flags, i, DOUBLE)
        with body.when(body.new(f"fcmp une double {flag}, 0.0")):
            given = ", ".join(f"double {body.word(memory, i, DOUBLE)}" for memory in memories)
            body.do(f"store double {body.new(f'call double {function}({given})')}, ptr {body.address(out, i)}")
    return Lanes(body, body.new(f"load {operands[0].type}, ptr {out}"))


def engine(name: str, where: Lanes | None, *operands: Any) -> Lanes:
    """The engine's float function in the lanes that `where` marks: a microsecond each, but they are rare."""
    first = next(x for x in operands if isinstance(x, Lanes))
    given = [like(first, x) for x in operands]
    asked = where.numbers if where is not None else constant(first.body, 1.0)

    def kernel(*xs: Lanes) -> Lanes:
        body, lanes = xs[0].body, xs[0].body.lanes
        booleans = like(xs[0], xs[0], BOOLEAN)
        out = body.memory(xs[0].type)
        body.do(f"store {xs[0]}, ptr {out}")
        any_one = body.new(f"bitcast {booleans} to i{lanes}")
        with body.when(body.new(f"icmp ne i{lanes} {any_one}, 0")):
            function = asking(body.module, name, len(xs) - 1)
            body.do(f"store {_by_lane(function, *xs[1:], where=xs[0])}, ptr {out}")
        return Lanes(body, body.new(f"load {xs[0].type}, ptr {out}"))

    return shared((ENGINE, name), kernel, asked, *given)

"""The entry from Python: a builtin function, in machine code, that runs a program on unconverted arguments.

It is written once for all programs. A *sheet* tells it where the numbers and the addresses of the arrays belong in the
frame of a call, what their shapes are, which code to run, and which results become Python numbers. It calls no Python
function except those of the interpreter's stable interface, and holds the interpreter's lock throughout.

A call through ctypes takes two microseconds longer: it converts each argument, and results have to be arrays.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import numpy

from autograd.compiler.llvm.arrays import AXES, CLASS_OF, LENGTHS_OF
from autograd.compiler.llvm.machine import Code, code
from autograd.compiler.llvm.storage import CHUNKS, DIVISOR, FINITE, NEXT, ROW_COUNT
from autograd.compiler.llvm.text import Body, Module

# Words of a sheet: addresses of classes and of None, the code to run and its operands; arguments follow, then results.
NONE, FLOAT, INT, NUMPY_FLOAT, RUN, FRAME, SCRATCH, MOST_ROWS, IS_MEAN, COUNT, RESULTS, HEAD = range(12)

# Words of an argument: its kind, its class, its place, its number of axes or its length, and the address of its shape.
IS_A, CLASS, PLACE, LENGTH, LENGTHS, ARGUMENT = range(6)
A_NUMBER, AN_ARRAY, A_LIST, A_TUPLE = range(4)  # lists and tuples hold only numbers

# Words of a result: the address of its numbers, and how many become a list, or SINGLE.
FOUND, SIZE, RESULT = range(3)
SINGLE = ROWS = -1  # ROWS, in a shape: the number of rows in this call

FUNCTIONS = {  # of the interpreter
    "PyTuple_GetItem": "ptr ptr i64", "PyLong_AsVoidPtr": "ptr ptr", "PyFloat_AsDouble": "double ptr",
    "PyErr_Occurred": "ptr", "PyErr_Clear": "void", "PyList_Size": "i64 ptr", "PyList_GetItem": "ptr ptr i64",
    "PyTuple_Size": "i64 ptr", "PyTuple_New": "ptr i64", "PyTuple_SetItem": "i32 ptr i64 ptr", "Py_IncRef": "void ptr",
    "PyList_New": "ptr i64", "PyList_SetItem": "i32 ptr i64 ptr", "PyFloat_FromDouble": "ptr double",
    "Py_DecRef": "void ptr",
}  # fmt: skip
METH_FASTCALL = 0x80


class Expected(NamedTuple):
    """An argument that a call must pass: its kind, its class, the place to store it, and its shape."""

    kind: int
    of: type
    place: int
    shape: tuple[int, ...] = ()


class _Method(ctypes.Structure):
    """A PyMethodDef."""

    _fields_ = [
        ("name", ctypes.c_char_p), ("function", ctypes.c_void_p), ("flags", ctypes.c_int), ("doc", ctypes.c_char_p),
    ]  # fmt: skip


def entry(
    run: int, frame: Any, scratch: int, most: int, mean: bool, arguments: Sequence[Expected],
    results: Sequence[tuple[int, int]], held: Any,
) -> Callable[..., tuple[Any, ...] | None]:  # fmt: skip
    """A function from arguments to those results of a program that are numbers or lists of them.

    Results are given by address and length; other results are arrays among the arguments, which it writes to. It
    returns None if an argument does not fit, a result is not finite, or there are more than `most` rows; it keeps
    `held` alive.
    """
    shapes = numpy.array([n for x in arguments for n in x.shape], numpy.int64)
    head = [*map(id, (None, float, int, numpy.float64)), run, frame.ctypes.data, scratch, most, mean]
    words = [*head, len(arguments), len(results)]
    at = shapes.ctypes.data
    for x in arguments:
        words += [x.kind, id(x.of), x.place, x.shape[0] if x.kind > AN_ARRAY else len(x.shape), at]
        at += 8 * len(x.shape)
    for result in results:
        words += result
    sheet = numpy.array(words, numpy.int64)
    make, method, needed = _builtin()  # threads that come here first make one each, and only one is cached
    kept = sheet.ctypes.data, sheet, shapes, frame, held, needed
    made: Callable[..., tuple[Any, ...] | None] = make(method, kept, None)
    return made


@cache
def _builtin() -> tuple[Any, int, Any]:
    """A function that makes builtin functions, the address of their definition, and all that must be kept alive."""
    made: Code = code(_module())
    method = _Method(b"entry", made.addresses["entry"], METH_FASTCALL, None)
    make = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.py_object)(
        ("PyCFunction_NewEx", ctypes.pythonapi)
    )
    return make, ctypes.addressof(method), (made, method)


# --- its code -------------------------------------------------------------------------------------


def _module() -> Module:
    module = Module(1, 1, ("entry",))
    for name, kinds in FUNCTIONS.items():
        module.declare(*[(k := kinds.split())[0], name, *k[1:]])
    body = _Entry(module, "ptr", "entry", ["ptr %self", "ptr %given", "i64 %count"], "")
    module.functions["entry"] = body
    body.sheet = body.call("PyLong_AsVoidPtr", f"ptr {body.call('PyTuple_GetItem', 'ptr %self', 'i64 0')}")
    body.demand(f"icmp eq i64 %count, {body.word(body.sheet, COUNT)}")
    body.rows = body.memory("i64")
    body.do(f"store i64 {ROWS}, ptr {body.rows}")
    with body.loop("%count") as i:
        _argument(body, body.word("%given", i, "ptr"), body.address(body.sheet, body.affine(HEAD, (ARGUMENT, i))))
    _run(body)
    _results(body)
    body.begin("unfit")
    body.call("PyErr_Clear")
    body.call("Py_IncRef", f"ptr {body.word(body.sheet, NONE, 'ptr')}")
    body.do(f"ret ptr {body.word(body.sheet, NONE, 'ptr')}")
    body.begin("raised")
    body.do("ret ptr null")
    return module


class _Entry(Body):
    """The function under construction."""

    sheet = rows = ""

    def call(self, name: str, *operands: str) -> str:
        """Call a function of the interpreter."""
        kind = FUNCTIONS[name].split()[0]
        text = f"call {kind} @{name}({', '.join(operands)})"
        if kind == "void":
            self.do(text)
            return ""
        return self.new(text)

    def demand(self, condition: str, otherwise: str = "unfit") -> None:
        """Continue only if a condition holds."""
        found = self.new(condition)
        (following,) = self.labels("fit")
        self.do(f"br i1 {found}, label %{following}, label %{otherwise}")
        self.begin(following)

    def field(self, x: str, offset: int, kind: str) -> str:
        """A field of an object."""
        return self.new(f"load {kind}, ptr {self.new(f'getelementptr inbounds i8, ptr {x}, i64 {offset}')}")

    def number(self, x: str, *classes: int) -> str:
        """An object as a double, if its class is in one of these words of the sheet, and it is not an int too large."""
        found, fits = self.field(x, CLASS_OF, "i64"), "false"
        for word in classes:
            fits = self.new(f"or i1 {fits}, {self.new(f'icmp eq i64 {found}, {self.word(self.sheet, word)}')}")
        self.demand(f"icmp eq i1 {fits}, true")
        made = self.call("PyFloat_AsDouble", f"ptr {x}")
        with self.when(self.new(f"fcmp oeq double {made}, -1.0")):
            self.demand(f"icmp eq ptr {self.call('PyErr_Occurred')}, null")
        return made

    @contextmanager
    def case(self, row: str, kind: int) -> Iterator[None]:
        """Run what is written inside for arguments of one kind."""
        with self.when(self.new(f"icmp eq i64 {self.word(row, IS_A)}, {kind}")):
            yield


def _argument(body: _Entry, x: str, row: str) -> None:
    """Check an argument, and store it at its place."""
    place, of = body.word(row, PLACE, "ptr"), body.field(x, CLASS_OF, "i64")
    with body.case(row, A_NUMBER):
        body.do(f"store double {body.number(x, FLOAT, INT, NUMPY_FLOAT)}, ptr {place}")
    with body.case(row, AN_ARRAY):
        body.demand(f"icmp eq i64 {of}, {body.word(row, CLASS)}")
        _shape(body, x, row)
        body.do(f"store ptr {x}, ptr {place}")
    for kind, name in ((A_LIST, "PyList"), (A_TUPLE, "PyTuple")):
        with body.case(row, kind):
            body.demand(f"icmp eq i64 {of}, {body.word(row, CLASS)}")
            length = body.word(row, LENGTH)
            body.demand(f"icmp eq i64 {body.call(f'{name}_Size', f'ptr {x}')}, {length}")
            with body.loop(length) as j:
                item = body.call(f"{name}_GetItem", f"ptr {x}", f"i64 {j}")
                body.do(f"store double {body.number(item, FLOAT, INT)}, ptr {body.address(place, j)}")


def _shape(body: _Entry, x: str, row: str) -> None:
    """Check the shape of an array, which must have as many rows as the arrays before it."""
    axes = body.word(row, LENGTH)
    found = body.field(x, AXES, "i32")
    body.demand(f"icmp eq i64 {body.new(f'sext i32 {found} to i64')}, {axes}")
    lengths, wanted = body.field(x, LENGTHS_OF, "ptr"), body.word(row, LENGTHS, "ptr")
    with body.loop(axes) as j:
        length, asked = body.word(lengths, j), body.word(wanted, j)
        is_rows = body.new(f"icmp eq i64 {asked}, {ROWS}")
        rows = body.new(f"load i64, ptr {body.rows}")
        is_first = body.new(f"icmp eq i64 {rows}, {ROWS}")
        expected = body.new(f"select i1 {is_first}, i64 {length}, i64 {rows}")
        body.demand(f"icmp eq i64 {length}, {body.new(f'select i1 {is_rows}, i64 {expected}, i64 {asked}')}")
        body.do(f"store i64 {body.new(f'select i1 {is_rows}, i64 {length}, i64 {rows}')}, ptr {body.rows}")


def _run(body: _Entry) -> None:
    """Run the program on the frame."""
    frame, scratch = body.word(body.sheet, FRAME, "ptr"), body.word(body.sheet, SCRATCH, "ptr")
    found = body.new(f"load i64, ptr {body.rows}")
    body.demand(f"icmp sle i64 {found}, {body.word(body.sheet, MOST_ROWS)}")
    some = body.new(f"icmp sgt i64 {found}, 0")
    rows = body.new(f"select i1 {some}, i64 {found}, i64 0")
    body.do(f"store i64 {rows}, ptr {body.address(frame, ROW_COUNT)}")
    body.do(f"store i64 {body.new(f'zext i1 {some} to i64')}, ptr {body.address(frame, CHUNKS)}")
    body.do(f"store i64 0, ptr {body.address(frame, NEXT)}")
    with body.when(body.new(f"icmp ne i64 {body.word(body.sheet, IS_MEAN)}, 0")):
        body.do(f"store double {body.new(f'sitofp i64 {rows} to double')}, ptr {body.address(frame, DIVISOR)}")
    answer = body.new(f"call i32 {body.word(body.sheet, RUN, 'ptr')}(ptr {frame}, ptr {scratch})")
    body.demand(f"icmp eq ptr {body.call('PyErr_Occurred')}, null", "raised")
    body.demand(f"icmp eq i32 {answer}, {FINITE}")


def _results(body: _Entry) -> None:
    """Return the tuple of results that are numbers or lists."""
    count = body.word(body.sheet, RESULTS)
    made = body.call("PyTuple_New", f"i64 {count}")
    body.demand(f"icmp ne ptr {made}, null", "raised")
    with body.loop(count) as k:
        first = body.affine(HEAD, (ARGUMENT, "%count"), (RESULT, k))
        row = body.address(body.sheet, first)
        numbers, size = body.word(row, FOUND, "ptr"), body.word(row, SIZE)
        with body.when(body.new(f"icmp eq i64 {size}, {SINGLE}")):
            one = body.call("PyFloat_FromDouble", f"double {body.word(numbers, 0, 'double')}")
            body.call("PyTuple_SetItem", f"ptr {made}", f"i64 {k}", f"ptr {one}")
        with body.when(body.new(f"icmp ne i64 {size}, {SINGLE}")):
            several = body.call("PyList_New", f"i64 {size}")
            body.call("PyTuple_SetItem", f"ptr {made}", f"i64 {k}", f"ptr {several}")
            body.demand(f"icmp ne ptr {several}, null", "lost")
            with body.loop(size) as j:
                item = body.call("PyFloat_FromDouble", f"double {body.word(numbers, j, 'double')}")
                body.call("PyList_SetItem", f"ptr {several}", f"i64 {j}", f"ptr {item}")
    body.demand(f"icmp eq ptr {body.call('PyErr_Occurred')}, null", "lost")
    body.do(f"ret ptr {made}")
    body.begin("lost")
    body.call("Py_DecRef", f"ptr {made}")
    body.do("br label %raised")

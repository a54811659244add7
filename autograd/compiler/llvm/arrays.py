"""NumPy arrays as machine code sees them: a public C struct, whose fields have the same offsets in every version.

So a call passes the addresses of the array objects; asking each for the address of its numbers would take half a
microsecond.
"""

from __future__ import annotations

from autograd.compiler.llvm.lanes import Lanes
from autograd.compiler.llvm.storage import FLOAT64
from autograd.compiler.llvm.text import Body

DATA = object.__basicsize__  # byte offset in a PyArrayObject: the address of its numbers
AXES, LENGTHS_OF = DATA + 8, DATA + 16  # likewise: its number of axes, and the address of their lengths
DTYPE, FLAGS = DATA + 40, DATA + 48  # its dtype and flags
CLASS_OF = DATA - 8  # and, as in any object, its class
SIDE_BY_SIDE = 0x101  # NPY_ARRAY_C_CONTIGUOUS and NPY_ARRAY_ALIGNED


def array(body: Body, word: int) -> str:
    """The address of an array's numbers; the address of the array object is in a word of the frame."""
    return _field(body, word, DATA, "ptr")


def readable(body: Body, word: int) -> str:
    """Whether the array in a word of the frame is an aligned, contiguous array of doubles."""
    flags = body.new(f"and i32 {_field(body, word, FLAGS, 'i32')}, {SIDE_BY_SIDE}")
    ordered = body.new(f"icmp eq i32 {flags}, {SIDE_BY_SIDE}")
    double = body.new(f"icmp eq i64 {_field(body, word, DTYPE, 'i64')}, {body.word('%frame', FLOAT64)}")
    return body.new(f"and i1 {ordered}, {double}")


def _field(body: Body, word: int, offset: int, kind: str) -> str:
    found = body.word("%frame", word, "ptr")
    return body.new(f"load {kind}, ptr {body.new(f'getelementptr inbounds i8, ptr {found}, i64 {offset}')}")


def masked_load(address: str, there: Lanes, otherwise: Lanes) -> Lanes:
    """Load contiguous numbers into the lanes of a mask; the other lanes get `otherwise`."""
    module, kind = there.body.module, otherwise.type
    function = module.declare(kind, f"llvm.masked.load.v{module.lanes}f64.p0", "ptr", "i32", there.type, kind)
    return otherwise.other(f"call {kind} {function}(ptr {address}, i32 8, {there}, {otherwise})")


def masked_store(x: Lanes, address: str, there: Lanes) -> None:
    """Store contiguous numbers from the lanes of a mask."""
    module = x.body.module
    function = module.declare("void", f"llvm.masked.store.v{module.lanes}f64.p0", x.type, "ptr", "i32", there.type)
    x.body.do(f"call void {function}({x}, ptr {address}, i32 8, {there})")

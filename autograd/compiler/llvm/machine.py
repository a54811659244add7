"""This machine: its vectors, and the path from text to code in memory, through two caches.

A module is identified by a digest of everything that its code depends on: its text, the processor, the compiler's
settings, and the versions of LLVM, llvmlite and the calling convention. Code stays in memory as long as it is used and,
on request, in a folder as object code.
"""

from __future__ import annotations

import ctypes
import hashlib
import itertools
import weakref
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import llvmlite
import llvmlite.binding as llvm
import numpy

from autograd.compiler.llvm import cache as folder
from autograd.compiler.llvm import libraries
from autograd.compiler.llvm.arrays import AXES, CLASS_OF, DATA, DTYPE, FLAGS, LENGTHS_OF
from autograd.compiler.llvm.text import Module
from autograd.forks import at_work

CALLS = "autograd 3"  # the calling convention: change this number with it
SETTINGS = {"opt": 1, "reloc": "pic", "codemodel": "small"}
LEVEL = 2
# Few passes: the text leaves little to optimise, and each pass takes as long as writing all of it.
PASSES = ("always_inliner", "sroa", "instruction_combine", "simplify_cfg")


class Host(NamedTuple):
    """The machine that code is made for."""

    processor: str
    features: str
    native: int  # doubles in a vector

    @property
    def lanes(self) -> int:
        """Doubles processed together: two vectors, so that one does not wait for the other."""
        return 2 * self.native


@cache
def host() -> Host:
    """This machine."""
    with at_work:
        found = llvm.get_host_cpu_features()
        native = 8 if found.get("avx512f") else 4 if found.get("avx2") else 2
        return Host(llvm.get_host_cpu_name(), found.flatten(), native)


@cache
def _target(jit: bool = False) -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(host().processor, host().features, **SETTINGS, jit=jit)


@cache
def _linker() -> Any:
    return llvm.create_lljit_compiler(_target(jit=True))


class Code:
    """Machine code, in memory while this object lives, and the addresses of its entries."""

    def __init__(self, object_code: bytes, imports: Sequence[str], entries: Sequence[str], name: str) -> None:
        library = llvm.JITLibraryBuilder().add_object_img(object_code).add_current_process()
        for symbol in imports:
            library.import_symbol(symbol, libraries.address(symbol))
        for entry in entries:
            library.export_symbol(entry)
        tracker = library.link(_linker(), name)
        weakref.finalize(self, _freed, tracker).atexit = False  # a helper may still be at work then
        self.addresses: dict[str, int] = {entry: tracker[entry] for entry in entries}


def _freed(tracker: Any) -> None:
    with at_work:
        tracker.close()


_codes: weakref.WeakValueDictionary[str, Code] = weakref.WeakValueDictionary()
_names = map("autograd{}".format, itertools.count())  # the linker refuses a module that it already has


def unfit() -> str:
    """The reason why machine code cannot run here; empty if it can."""
    probe = numpy.array([0.5, 1.0, 2.0])
    words = {offset: ctypes.c_size_t.from_address(id(probe) + offset) for offset in (DATA, DTYPE, CLASS_OF, LENGTHS_OF)}
    axes, flags = (ctypes.c_int.from_address(id(probe) + offset).value for offset in (AXES, FLAGS))
    wanted = [probe.ctypes.data, id(probe.dtype), id(numpy.ndarray)]
    found = [words[offset].value for offset in (DATA, DTYPE, CLASS_OF)]
    if (found, axes, flags) != (wanted, 1, probe.flags.num) or _first(words[LENGTHS_OF].value) != len(probe):
        return "NumPy's arrays are not laid out as this version knows them"
    try:
        with at_work:
            works = _works()
    except Exception as error:  # an older llvmlite, a platform that its linker does not know, …
        return f"llvmlite {llvmlite.__version__} makes no machine code here: {error}"
    return "" if works else "machine code does not run here"


def _first(address: int) -> int:
    """The first whole number at an address."""
    return ctypes.c_ssize_t.from_address(address).value


def _works() -> bool:
    object_code = compiled("define i64 @trial() {\n  ret i64 42\n}\n")
    library = llvm.JITLibraryBuilder().add_object_img(object_code).export_symbol("trial")
    tracker = library.link(_linker(), next(_names))
    answer: int = ctypes.CFUNCTYPE(ctypes.c_int64)(tracker["trial"])()
    return answer == 42


def code(module: Module) -> Code:
    """The code of a module: from memory, from the folder that AUTOGRAD_CACHE names, or newly compiled."""
    text = str(module)
    with at_work:
        key = hashlib.sha256("\n".join([*_dependencies(), text]).encode()).hexdigest()
        found = _codes.get(key)
        if found is None:
            object_code = folder.read(key)
            if object_code is None:
                object_code = compiled(text)
                folder.write(key, object_code)
            imports = [name for name in module.declarations if not name.startswith("llvm.")]
            found = _codes[key] = Code(object_code, imports, module.entries, next(_names))
    return found


def _dependencies() -> list[str]:
    """All that object code depends on, apart from its text."""
    versions = [llvmlite.__version__, ".".join(map(str, llvm.llvm_version_info)), CALLS]
    return [llvm.get_process_triple(), *host()[:2], repr((SETTINGS, LEVEL, PASSES)), *versions]


def compiled(text: str) -> bytes:
    """The object code of a module's text."""
    module = llvm.parse_assembly(text)
    module.triple = llvm.get_process_triple()
    optimise(module)
    object_code: bytes = _target().emit_object(module)
    return object_code


def optimise(module: Any) -> None:
    """Run the passes over a module."""
    builder = llvm.create_pass_builder(_target(), llvm.create_pipeline_tuning_options(speed_level=LEVEL))
    passes = llvm.create_new_module_pass_manager()
    for name in PASSES:
        getattr(passes, f"add_{name}_pass")()
    passes.run(module, builder)

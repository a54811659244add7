"""The interpreter as machine code sees it: how to release its lock, and how to call the engine's float functions.

Entries are called with the lock held. An exception in a called function (a signal handler may raise one at any time)
stays set in its thread, which makes no more calls, and surfaces when the entry returns. The callbacks of ctypes would
swallow it, and return undefined values.
"""

from __future__ import annotations

import re

from autograd.compiler.llvm.text import Module

PREFIX = "Py"  # of the names in its C API
ENGINE = "engine_"  # prefix of the engine's functions, which are Python objects

UNLOCKED = """
define i32 @unlocked(ptr %run, ptr %frame, ptr %scratch) {
  %state = call ptr @PyEval_SaveThread()
  %answer = call i32 %run(ptr %frame, ptr %scratch)
  call void @PyEval_RestoreThread(ptr %state)
  ret i32 %answer
}
"""

ASK = """
define internal double @ask_{function}({operands}) noinline {{
entry:
  %state = call i32 @PyGILState_Ensure()
  %raised = call ptr @PyErr_Occurred()
  %well = icmp eq ptr %raised, null
  br i1 %well, label %ask, label %end
ask:
  %answer = call ptr (ptr, ptr, ...) @PyObject_CallFunction(ptr @{function}, ptr @{kinds}, {operands})
  %some = icmp ne ptr %answer, null
  br i1 %some, label %read, label %end
read:
  %number = call double @PyFloat_AsDouble(ptr %answer)
  call void @Py_DecRef(ptr %answer)
  br label %end
end:
  %result = phi double [0x7FF8000000000000, %entry], [0x7FF8000000000000, %ask], [%number, %read]
  call void @PyGILState_Release(i32 %state)
  ret double %result
}}
"""


def unlocked(module: Module) -> None:
    """Add an entry that runs another with the interpreter's lock released."""
    module.declare("ptr", "PyEval_SaveThread")
    module.declare("void", "PyEval_RestoreThread", "ptr")
    module.texts["unlocked"] = UNLOCKED


def asking(module: Module, name: str, count: int) -> str:
    """Add a function that calls an engine function of `count` numbers, or gives NaN if that raises; return its name."""
    module.declare("i32", "PyGILState_Ensure")
    module.declare("void", "PyGILState_Release", "i32")
    module.declare("ptr", "PyErr_Occurred")
    module.declare("ptr", "PyObject_CallFunction", "ptr", "ptr", "...")
    module.declare("double", "PyFloat_AsDouble", "ptr")
    module.declare("void", "Py_DecRef", "ptr")
    function, kinds = engine_symbol(name), f"doubles{count}"
    module.declarations[function] = f"@{function} = external global i8"
    module.texts[kinds] = f'@{kinds} = private constant [{count + 1} x i8] c"{"d" * count}\\00"'
    operands = ", ".join(f"double %x{i}" for i in range(count))
    module.texts[f"ask_{function}"] = ASK.format(function=function, kinds=kinds, operands=operands)
    return f"@ask_{function}"


def engine_symbol(name: str) -> str:
    """The symbol of an engine function; a user may call it σ or `<lambda>`, which LLVM does not allow in symbols."""
    return ENGINE + re.sub(r"[^\x00-\x7f]|\W", lambda c: f"${ord(c[0]):x}$", name)


def engine_name(symbol: str) -> str:
    """The name of the engine function with this symbol."""
    return re.sub(r"\$([0-9a-f]+)\$", lambda c: chr(int(c[1], 16)), symbol.removeprefix(ENGINE))

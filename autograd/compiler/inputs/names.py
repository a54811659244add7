"""The names in the code of a function, from its instructions and string constants."""

from __future__ import annotations

import dis
import re
from types import CodeType
from typing import NamedTuple

GLOBAL = {"LOAD_GLOBAL", "LOAD_NAME"}
LOADED = GLOBAL | {"LOAD_ATTR", "LOAD_METHOD", "LOAD_DEREF"}
WRITTEN = {
    "STORE_GLOBAL", "DELETE_GLOBAL", "STORE_DEREF", "DELETE_DEREF", "STORE_ATTR", "DELETE_ATTR",
}  # fmt: skip
REFLECTING = {  # find a name by its text
    "getattr", "getattr_static", "hasattr", "globals", "attrgetter", "import_module", "modules",
}  # fmt: skip
EVALUATING = {"eval", "exec", "format", "format_map"}  # find names in the midst of a text
WORD = re.compile(r"[^\W\d]\w*")


class CodeNames(NamedTuple):
    """The names in the code of a function, inner functions included."""

    read: set[str]  # globals
    used: set[str]  # attributes and imports as well
    written: set[str]  # names that the code binds itself: their changes do not count
    changed: set[str]  # written names that it also loads, such as a counter
    imported: set[str]
    tested: set[str]  # names that may not exist, for which the code tests
    texts: set[str]


def names(code: CodeType) -> CodeNames:
    """The names in this code."""
    texts = {x for x in code.co_consts if isinstance(x, str)}
    found = CodeNames(set(), set(code.co_names), set(), set(), set(), set(), texts)
    loaded = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in LOADED:
            loaded.add(instruction.argval)
        if instruction.opname in GLOBAL:
            found.read.add(instruction.argval)
        elif instruction.opname in WRITTEN:
            found.written.add(instruction.argval)
        elif instruction.opname == "IMPORT_NAME":
            found.imported.add(instruction.argval)
        elif instruction.opname == "MATCH_CLASS":
            found.used.add("isinstance")
    found.changed.update(loaded & found.written)
    if "issubclass" in found.used:
        found.used.add("isinstance")
    told = spelled(found.used, texts)
    for known in (found.read, found.used, found.imported, found.tested):
        known |= told
    if "AttributeError" in code.co_names:
        found.tested.update(code.co_names)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            for known, more in zip(found, names(inner)):
                known |= more
    return found


def spelled(used: set[str], texts: set[str]) -> set[str]:
    """The names that code may find by these texts, given the names that it uses."""
    told = set() if REFLECTING.isdisjoint(used) else set(texts)
    return told if EVALUATING.isdisjoint(used) else told.union(*map(WORD.findall, texts))

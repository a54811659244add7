"""Tabulates for a message which supplied derivatives are wrong, in what way, and what they should be."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.testing.arguments.functions import Function, silence
from autograd.testing.arguments.supplied import Supplied
from autograd.testing.arguments.supplied_structure import shape
from autograd.testing.judging.judging import judge
from autograd.testing.judging.patterns import matrix_pattern, pattern
from autograd.testing.oracles.evidence import Evidence
from autograd.testing.oracles.orders import SecondEvidence

MOST_ENTRIES = 8  # wrong entries in the table


def wrong_first(supplied: Supplied, mode: str, evidence: Sequence[Evidence]) -> str:
    """The table of supplied first derivatives; "" if there is only one."""
    function = supplied.function
    with silence():
        given = supplied.first[mode](function.flat)
        wrong = [judge(d, about).verdict is None for d, about in zip(given, evidence)]
    right = [about.estimate.value for about in evidence]
    if len(wrong) < 2:
        return ""
    lines = [*_by_argument(function, given, right, wrong), *_table(function.names, given, right, wrong)]
    if mode == "grad=" and supplied.is_transposed(function.flat, right):
        lines.append("  pattern   the Jacobian is transposed")
    return "\n".join(lines)


def wrong_second(supplied: Supplied, mode: str, evidence: SecondEvidence) -> str:
    """The same for a supplied matrix of second derivatives."""
    names, flat = supplied.function.names, supplied.function.flat
    places = [(i, j) for i in range(len(names)) for j in range(len(names))]
    with silence():
        matrix = supplied.matrices[mode](flat)
        given = [float(d) for line in matrix for d in line]
        found = [judge(d, evidence[place]) for d, place in zip(given, places)]
    wrong, right = [one.verdict is None for one in found], [one.numeric for one in found]
    if len(wrong) < 2:
        return ""
    verb = "is" if sum(wrong) == 1 else "are"
    way = matrix_pattern(given, right, len(names))
    lines = [f"  entries   {sum(wrong)} of {len(wrong)} second derivatives {verb} wrong"]
    lines += [f"  pattern   {way}"] if way else []
    return "\n".join([*lines, *_table([f"{names[i]}, {names[j]}" for i, j in places], given, right, wrong)])


def _by_argument(
    function: Function, given: Sequence[float], right: Sequence[float], wrong: Sequence[bool]
) -> list[str]:
    """The lines on which arguments are wrong, in how many of their numbers and in what way."""
    told: list[str] = []
    fine: list[str] = []
    unseen: list[str] = []
    ways: list[str] = []
    start = 0
    for name, count, argument in zip(function.parameters, function.counts, function.args):
        own = slice(start, start + count)
        bad, start = sum(wrong[own]), start + count
        if bad:
            told.append(f"{bad} of {count} entries of {name}" if count > 1 else name)
            way = pattern(given[own], right[own], shape(argument))
            ways += [f"  pattern   {name}: {way}"] if way else []
        elif count:
            (fine if any(given[own]) else unseen).append(name)
    verb = "is" if sum(wrong) == 1 else "are"
    line = f"  entries   {', '.join(told)} {verb} wrong" + (f"; right: {', '.join(fine)}" if fine else "")
    line += f"; 0 here, which may hide an error: {', '.join(unseen)}" if unseen else ""
    return [line, *ways]


def _table(names: Sequence[str], given: Sequence[float], right: Sequence[float], wrong: Sequence[bool]) -> list[str]:
    """The first wrong entries, with the given and the numeric value of each."""
    rows = [(name, f"{g!r}", f"{r!r}") for name, g, r, bad in zip(names, given, right, wrong) if bad]
    shown = [("entry", "given", "numeric"), *rows[:MOST_ENTRIES]]
    widths = [max(map(len, column)) for column in zip(*shown)]
    lines = ["    " + "  ".join(f"{text:<{width}}" for text, width in zip(row, widths)).rstrip() for row in shown]
    return lines + ([f"    … {len(rows) - MOST_ENTRIES} more"] if len(rows) > MOST_ENTRIES else [])

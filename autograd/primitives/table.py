"""The table of primitives, and `@primitive`, which adds a row to it.

A row holds everything about one operation: its value on floats and on other numbers, its local derivatives, its
domain, its kinks and its text. The engine takes its operations from this table.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from autograd.numbers.kinds import FLOAT_RANK, KINDS, Kind, coerce, leading_kind
from autograd.primitives import ieee
from autograd.primitives.calling import dispatcher
from autograd.primitives.domains import Interval, Kink
from autograd.primitives.evaluating import evaluators, local_derivatives, owned_kernel, rule_of
from autograd.symbols.text import TEXTS, split_at_places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ParamSpec, TypeVar, Unpack, overload

    from autograd.primitives.signatures import Declared, DeclaredByKernel, DeclaredOfVectors, RowOptions

    P = ParamSpec("P")
    R = TypeVar("R")


TABLE: dict[str, Primitive] = {}  # by name: the newer of two operations with one name
ROWS: dict[str, Primitive] = {}  # by key: every operation
ADDED: list[Callable[[Primitive], None]] = []  # called with each row that a user adds
BUILT_IN: set[str] = set()  # the names that a user's operation cannot take, since rules use them
LIBRARIES = ("math", "numpy", "scipy.special")
REDEFINED = {"operations": 0}  # how often a user's operation took the place of another; compiled functions watch it
SPELLINGS: dict[str, Primitive] = {}  # by what other libraries call it, such as "numpy.arcsin"


class Primitive:
    """One row of the table: a rule and its properties.

    `rule(*operands)` gives the value and the local derivatives, `value(*operands)` the value alone, and
    `local(operands, value)` the local derivatives alone, on any kind of number and without domain checks, as in IEEE
    arithmetic. `evaluate` and `guarded` are `rule` and `value` on base kinds, with domain checks.
    """

    __slots__ = (
        "arrays",
        "counts",
        "declared",
        "domain",
        "evaluate",
        "function",
        "guarded",
        "has_method",
        "is_foreign",
        "kernel",
        "key",
        "kinks",
        "lifted",
        "local",
        "name",
        "native",
        "parameters",
        "plain",
        "precise",
        "rational",
        "rule",
        "sides",
        "spellings",
        "symbol",
        "title",
        "vectors",
    )

    def __init__(
        self,
        declared: Callable[..., Any],
        symbol: str = "",
        title: str = "",
        text: Any = "",
        domain: tuple[Interval, ...] = (),
        kinks: tuple[Kink, ...] = (),
        vectors: tuple[str, ...] = (),
        native: Callable[..., Any] | None = None,
        kernel: Callable[..., Any] | None = None,
        precise: str | Callable[..., Any] | None = None,
        rational: Callable[..., Any] | bool | None = None,
        plain: tuple[str, ...] = (),
        counts: tuple[str, ...] = (),
        arrays: str | Callable[..., Any] | None = "",
        spellings: tuple[str, ...] = (),
    ) -> None:
        code = declared.__code__
        self.name = declared.__name__
        self.key = _key(self.name)
        self.symbol = symbol
        self.title = title or self.name
        self.declared = declared
        self.is_foreign = _is_foreign(declared)
        self.domain = domain
        self.kinks = kinks
        self.sides = next((kink.sides for kink in kinks), "")
        self.parameters = code.co_varnames[: code.co_argcount]
        self.vectors = vectors
        self.native = native
        self.precise = precise
        self.rational = precise if rational is True else rational
        self.plain = (*plain, *counts)
        self.counts = counts
        self.has_method = not vectors and self.parameters[0] not in self.plain
        self.arrays = kernel if arrays == "" and _is_ufunc(kernel) and not vectors else arrays
        self.spellings = spellings
        self.kernel = owned_kernel(self, kernel) if kernel is not None and self.is_foreign else kernel
        self.lifted: dict[type | Kind, Callable[..., Any]] = {}
        self.rule = rule_of(self)
        self.local = local_derivatives(self)
        self.guarded, self.evaluate = evaluators(self)
        self.function: Callable[..., Any] = dispatcher(self)
        ROWS[self.key] = self
        for name in self.spellings:
            if name not in SPELLINGS or SPELLINGS[name].is_foreign:
                REDEFINED["operations"] += name in SPELLINGS
                SPELLINGS[name] = self
        TEXTS[self.key] = text or f"{self.title}({{}})"

    def __repr__(self) -> str:
        return self.name

    def apply(self, *operands: Any) -> Any:
        """Apply the operation to operands of any kinds; the kind of highest rank decides how."""
        for parameter, x in zip(self.parameters, operands):
            if type(x) in (list, tuple) and parameter not in self.vectors:
                raise TypeError(
                    f"{self.name}: {parameter} must be one number, got a {type(x).__name__}; apply it to each"
                )
            for i, v in enumerate(x if parameter in self.vectors else ()):
                if type(v) in (list, tuple):
                    raise TypeError(f"{self.name}: {parameter}[{i}] must be one number, got a {type(v).__name__}")
        try:
            kind = leading_kind(operands)
        except TypeError as error:
            raise TypeError(f"{self.title}: {error}") from None
        if kind.lift is not None:
            return self.lift(kind)(*operands)
        if kind.rank == FLOAT_RANK:
            if ieee.followed_by(operands):
                return ieee.apply(self, operands)
            operands = tuple(tuple(map(coerce, x)) if type(x) in (tuple, list) else coerce(x) for x in operands)
        try:
            return self.guarded(*operands)
        except (ValueError, ArithmeticError) as error:
            raise self.failure(error, [f"{x!r}" for x in operands])

    def lift(self, kind: Kind) -> Callable[..., Any]:
        """The operation on a lifted kind, built once and cached under every type of that kind."""
        found = self.lifted.get(kind)
        if found is None:
            assert kind.lift is not None
            found = self.lifted[kind] = kind.lift(self)
            for number_type, joined in KINDS.items():
                if joined is kind:
                    self.lifted.setdefault(number_type, found)
        return found

    def value(self, *operands: Any) -> Any:
        """The value alone, on any kind of number and without domain checks, as in IEEE arithmetic."""
        kernel = self.kernel
        if kernel is None:
            return self.rule(*operands)[0]
        kind = leading_kind(operands)
        if kind.rank == FLOAT_RANK:
            return kernel(*[tuple(map(float, x)) if type(x) in (tuple, list) else float(x) for x in operands])
        if kind.lift is not None:
            return self.lift(kind)(*operands)
        assert kind.value is not None
        return kind.value(self)(*operands)

    def failure(self, error: Exception, operands: list[str]) -> Exception:
        """Make the exception name the operation and its operands, and return it."""
        reason = error.args[-1] if error.args else type(error).__name__
        shown = operands if len(operands) <= 6 else [*operands[:3], f"… {len(operands)} operands"]
        error.args = (f"{self.title}({', '.join(shown)}): {reason}",)
        return error

    def refuse_derivatives(self, operands: tuple[Any, ...], carries_one: Callable[[Any], bool]) -> None:
        """Raise TypeError if a plain operand carries a derivative, which would be lost."""
        for parameter, x in zip(self.parameters, operands):
            if parameter in self.plain and carries_one(x):
                advice = f"make it a plain number, or autograd.detach({parameter})"
                raise TypeError(f"{self.title} has no derivative in {parameter}: {advice}")

    def structured(self, flat: tuple[Any, ...]) -> tuple[Any, ...]:
        """A node's flat operands, grouped into the rule's parameters."""
        if not self.vectors:
            return flat
        length = (len(flat) - len(self.parameters) + len(self.vectors)) // len(self.vectors)
        groups: list[Any] = []
        at = 0
        for parameter in self.parameters:
            if parameter in self.vectors:
                groups.append(flat[at : at + length])
                at += length
            else:
                groups.append(flat[at])
                at += 1
        return tuple(groups)


if TYPE_CHECKING:

    @overload
    def primitive(rule: Callable[P, tuple[R, tuple[Any, ...]]]) -> Callable[P, R]: ...
    @overload
    def primitive(*, kernel: Callable[..., Any], **options: Unpack[RowOptions]) -> DeclaredByKernel: ...
    @overload
    def primitive(
        *, kernel: Callable[..., Any], vectors: str | tuple[str, ...], **options: Unpack[RowOptions]
    ) -> DeclaredOfVectors: ...
    @overload
    def primitive(*, vectors: str | tuple[str, ...] = (), **options: Unpack[RowOptions]) -> Declared: ...


def primitive(
    rule: Callable[..., Any] | None = None,
    *,
    symbol: str = "",
    title: str = "",
    text: Any = "",
    domain: str | tuple[str, ...] = (),
    kinks: tuple[Kink, ...] = (),
    vectors: str | tuple[str, ...] = (),
    native: Callable[..., Any] | None = None,
    kernel: Callable[..., Any] | None = None,
    precise: str | Callable[..., Any] | None = None,
    rational: Callable[..., Any] | bool | None = None,
    plain: str | tuple[str, ...] = (),
    count: str | tuple[str, ...] = (),
    arrays: str | Callable[..., Any] | None = "",
    spellings: str | tuple[str, ...] = "",
) -> Any:
    """Make an operation from a rule: a function that returns its value and one local derivative per operand.

    The result is a function on every kind of number and, without `vectors`, a method of Value. `domain` gives an
    interval per operand, like "(0, inf]": operands outside it raise ValueError, and finite operands inside it with an
    infinite value raise OverflowError; without it the operation is total. `vectors` names the parameters that are
    sequences of numbers, all of one length; the local derivatives then come in one flat tuple. A local derivative of
    None is an absent edge. `native` is Python's own operation, called to raise its exception.

    With a `kernel`, a function of floats, the rule returns the local derivatives alone, composed of other operations;
    it may take the value as `z`. On other numbers the value comes from `precise`, a name in mpmath or a formula, and
    from `rational`, a formula for Fractions, or True for that of `precise`. `text` is how expressions write it, like
    "log Γ({})". `plain` names the operands without a derivative, and `count` those among them that are whole numbers,
    such as the order of a derivative: a number that carries one is refused there.

    `arrays`, a function of arrays of floats, computes the values of many rows at once where NumPy runs compiled code; a
    ufunc in `kernel` does so, too. `spellings` says what NumPy and SciPy call the operation, like "numpy.arcsin" (or
    "scipy.special" alone, for the same name), so that their function on Values is this operation.

    >>> from autograd import Value
    >>> @primitive
    ... def cube(x):
    ...     return x * x * x, (3 * x * x,)
    >>> x = Value(2.0)
    >>> cube(x).backward(); x.grad
    12.0
    """
    sequences = (vectors,) if isinstance(vectors, str) else tuple(vectors)
    undifferentiated = (plain,) if isinstance(plain, str) else tuple(plain)
    counts = (count,) if isinstance(count, str) else tuple(count)

    def declare(rule: Callable[..., Any]) -> Callable[..., Any]:
        _check_signature(rule, {"vectors": sequences, "plain": undifferentiated, "count": counts}, kernel)
        if not (arrays is None or callable(arrays) or arrays == "" or not _is_foreign(rule)):
            raise TypeError(f"primitive {rule.__name__}: arrays= must be a function of arrays, got {arrays!r:.60}")
        if callable(arrays) and sequences:
            raise TypeError(f"primitive {rule.__name__}: an operation of sequences takes no arrays=")
        intervals = tuple(map(Interval, (domain,) if isinstance(domain, str) else domain))
        if rational is True and not callable(precise):
            raise TypeError(f"primitive {rule.__name__}: rational=True takes a formula in precise=, got {precise!r}")
        if intervals and len(intervals) != rule.__code__.co_argcount:
            raise ValueError(f"primitive {rule.__name__}: one domain for each of its operands, got {len(intervals)}")
        found = split_at_places(text)[1] if isinstance(text, str) else []
        places = [int(place or i) for i, place in enumerate(found)]
        if places and max(places) >= rule.__code__.co_argcount:
            raise ValueError(
                f"primitive {rule.__name__}: text= has a place for operand {max(places) + 1}, got {text!r}"
            )
        row = Primitive(
            rule, symbol, title, text, intervals, kinks, sequences, native, kernel, precise, rational, undifferentiated,
            counts, arrays, _spelled(rule, spellings),
        )  # fmt: skip
        if row.name not in BUILT_IN:
            if row.name in TABLE:
                _forget(TABLE[row.name])
            TABLE[row.name] = row
            for added in ADDED:
                added(row)
        return row.function

    return declare if rule is None else declare(rule)


def _forget(row: Primitive) -> None:
    """Let an operation that is defined again lose its spellings; compiled functions are traced again."""
    REDEFINED["operations"] += 1
    for name in [name for name, spelled in SPELLINGS.items() if spelled is row]:
        del SPELLINGS[name]


def _is_foreign(rule: Callable[..., Any]) -> bool:
    """Whether a rule is a user's; one that is executed outside of any module has none."""
    return not (rule.__module__ or "").startswith("autograd.")


def _is_ufunc(kernel: Any) -> bool:
    """Whether a user's kernel is a function of arrays, too, as those of `scipy.special` are."""
    return type(kernel).__name__ == "ufunc" and f"{'d' * kernel.nin}->d" in kernel.types


def _spelled(rule: Callable[..., Any], spellings: str | tuple[str, ...]) -> tuple[str, ...]:
    """The full names in `spellings`, which are of ufuncs with as many operands, unless the operation is ours."""
    if not isinstance(spellings, (str, tuple)):
        raise TypeError(f"primitive {rule.__name__}: spellings= must be text, got {spellings!r:.60}")
    given = spellings.split() if isinstance(spellings, str) else spellings
    found = {f"{x}.{rule.__name__}" if x in LIBRARIES else x: x for x in given}
    for full, spelling in found.items() if _is_foreign(rule) else ():
        home, _, name = full.rpartition(".")
        ufunc: Any = getattr(import_module(home), name, None) if home in ("numpy", "scipy.special") else None
        if type(ufunc).__name__ != "ufunc" or (ufunc.nin, ufunc.nout) != (rule.__code__.co_argcount, 1):
            told = f"a ufunc of numpy or scipy.special with {rule.__code__.co_argcount} operands"
            raise TypeError(f"primitive {rule.__name__}: spellings= must name {told}, got {spelling!r:.60}")
    return tuple(found)


def _key(name: str) -> str:
    """The unique key of an operation: its name, or name_2, name_3, … if that is taken."""
    key, again = name, 1
    while key in ROWS:
        again += 1
        key = f"{name}_{again}"
    return key


def _check_signature(rule: Callable[..., Any], named_operands: dict[str, tuple[str, ...]], kernel: Any) -> None:
    if not hasattr(rule, "__code__"):
        raise TypeError(f"primitive: a rule must be a Python function that returns local derivatives, got {rule!r:.60}")
    code = rule.__code__
    named = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    if not code.co_argcount or code.co_flags & 0x0C or named not in ((), ("z",)) or (named and kernel is None):
        raise TypeError(
            f"primitive {rule.__name__}: name each operand; a sequence of numbers is declared in vectors=, and the "
            "rule of a kernel may take its value as z, after *"
        )
    for argument, names in named_operands.items():
        unknown = set(names) - set(code.co_varnames[: code.co_argcount])
        if unknown:
            message = f"{argument}= names {sorted(unknown)}, which are not its parameters"
            raise TypeError(f"primitive {rule.__name__}: {message}")
    if kernel is not None and not callable(kernel):
        raise TypeError(f"primitive {rule.__name__}: kernel= must be a function of floats, got {kernel!r:.60}")

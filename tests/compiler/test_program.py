"""Programs: traced, simplified only where safe, printed as a person would write them, and parsed back."""

import math
import tracemalloc
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, draw, relu, sin, tanh, value_and_grad, where
from autograd.compiler.derivatives.backward import differentiated, times_vector
from autograd.compiler.folding.fold import folded
from autograd.compiler.programs.program import Program, evaluator
from autograd.compiler.tracing.trace import trace
from autograd.engine.graph import Graph
from autograd.testing.programs import SampleProgram, programs
from tests.compiler.parsing import parsed


def traced(program: SampleProgram) -> Program:
    return trace(program, program.inputs)


@given(programs())
def test_a_program_gives_the_same_bits_as_its_function(program: SampleProgram) -> None:
    found = traced(program)(*program.inputs)
    assert found == program(*program.inputs)
    value, gradient = value_and_grad(program, tuple(range(len(program.inputs))))(*program.inputs)
    both = differentiated(traced(program), range(len(program.inputs)))
    again, slopes = both(*program.inputs)
    assert again == value
    slopes = slopes if isinstance(slopes, tuple) else (slopes,)
    np.testing.assert_allclose(slopes, gradient, rtol=1e-9, atol=1e-9)


@example(SampleProgram((0.0, 0.0), (("clip", (1, 1, 0)), ("subtract", (0, 2)))))  # dead code once took the constant
@given(programs())
def test_source_is_read_back_as_the_same_program(program: SampleProgram) -> None:
    for made in (traced(program), differentiated(traced(program), [0]), differentiated(traced(program), [0], False)):
        assert parsed(made.source()) == made


@given(programs())
def test_source_is_python_that_runs(program: SampleProgram) -> None:
    both = differentiated(traced(program), range(len(program.inputs)))
    scope = {name: getattr(autograd.primitives, name) for name in dir(autograd.primitives)}
    scope |= {name: row.function for name, row in autograd.primitives.TABLE.items()} | {
        "inf": math.inf,
        "nan": math.nan,
    }
    exec(both.source(), scope)
    assert scope[both.name](*program.inputs) == both(*program.inputs)


def assert_read_back(program: Program, point: Sequence[Any]) -> None:
    """Its source is Python that gives the same numbers, and parses to a program that does."""
    source = program.source()
    again = parsed(source)
    assert parsed(again.source()) == again
    assert again(*point) == program(*point), source
    scope = {name: row.function for name, row in autograd.primitives.TABLE.items()} | {"inf": math.inf, "nan": math.nan}
    exec(source, scope)
    assert scope[program.name](*point) == program(*point), source


def assert_source_holds(f, *arguments) -> list[str]:
    """Source of f and of its gradients parses back to the same program, and is Python that gives the same numbers."""
    program = trace(f, arguments)
    every = range(len(arguments))
    sources = []
    for made in (program, differentiated(program, every), times_vector(program, [0])):
        sources.append(made.source())
        assert parsed(sources[-1]) == made, sources[-1]
        assert_read_back(made, (*arguments, arguments[0])[: len(made.arguments)])
    return sources


# Labels that are not Python names, that mean something in the source, or that equal another one once parsed.
LABELS = [
    "weighted input", "σ(z)", "h[0]", "layers.0.w", "2nd", "∂C/∂w", "?", " ", "z′", "w⁽¹⁾", "x\u0301", "\u0301",
    "z\nimport os; os.abort()", "z\r\n    return 0", "z # note", "z; y", '"""', "\0", "\ud800", "\U0001f600",
    "lambda", "None", "__debug__", "match", "tanh", "sigmoid_slope", "where", "inf", "nan", "f", "x", "y", "dx", "dv1",
    "v1", "v2", "C", "_", "__z", "ﬁt", "fit", "ａ", "a", "é", "e\u0301", "long " * 2000, "z" * 10_000,
]  # fmt: skip


@pytest.mark.parametrize("label", LABELS, ids=range(len(LABELS)))
def test_source_of_any_label_is_python(label: str) -> None:
    def f(x, y):
        z = x * y
        z.label = label
        a = tanh(z)
        a.label = label
        return a * z + x

    for source in assert_source_holds(f, 2.0, 3.0):
        lines = source.splitlines()
        assert all(line.startswith(("def f(", "    ")) for line in lines)
        assert sum(line.startswith("    return ") for line in lines) == 1
        assert not any(line.lstrip().startswith("import") for line in lines)


@pytest.mark.parametrize("twins", [("ﬁt", "fit"), ("ａ", "a"), ("é", "e\u0301"), ("a b", "a_b"), ("z", "z")])
def test_labels_that_are_read_alike_are_told_apart(twins: tuple[str, str]) -> None:
    def f(x, y):
        first, second = x * y, x - y
        first.label, second.label = twins
        return first / second

    assert_source_holds(f, 2.0, 3.0)


texts = st.text(max_size=8) | st.sampled_from(LABELS)


@settings(max_examples=60)
@given(texts, texts, st.dictionaries(texts | st.integers(-2, 3), st.just(2.0), min_size=1, max_size=4))
def test_source_of_any_labels_and_keys_is_python(first: str, second: str, p: dict[object, float]) -> None:
    def f(p, q):
        z = q[0] * q[1][0]
        for value in p.values():
            z = z * value
        z.label = first
        a = tanh(z) * q[1][0]
        a.label = second
        return a * z

    assert_source_holds(f, p, [3.0, [0.5]])
    assert_source_holds(lambda q: f(q[1]["p"], [q[0], [q[1][0]]]), [3.0, {"p": p, 0: 0.5}, []])


NAMES = ["exp", "where", "inf", "f", "w_tangent", "p_0"]


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_named_like_an_operation_is_another_name_in_source(name: str) -> None:
    scope = {"e": autograd.exp}
    exec(f"def f({name}, w): return e({name}) * w * {name}", scope)
    assert_source_holds(scope["f"], 0.5, 2.0)
    rows = np.array([0.5, 1.0])
    fast = autograd.compile(scope["f"], rows=(name,))
    np.testing.assert_allclose(fast(rows, 2.0), np.exp(rows) * 2 * rows)
    assert fast.program.rows == (fast.program.arguments[0].name,)


def test_a_tangent_has_a_name_of_its_own() -> None:
    fast = autograd.compile(lambda w, w_tangent: w * w * w_tangent, rows=("w",))
    w = np.array([1.0, 2.0])
    np.testing.assert_allclose(fast.hvp(w, 3.0, tangents=w, reduce=None), 6 * w)


@pytest.mark.parametrize("name", ["tanh", "class", "<lambda>", "ﬁt", "a b"])
def test_a_function_of_any_name_has_source(name: str) -> None:
    def f(x):
        return tanh(x) * x

    f.__name__ = name
    assert_source_holds(f, 0.5)


def test_the_notes_of_a_program_are_the_chain_rule() -> None:
    def f(x):
        y = x * x
        return tanh(y) * (x / x)

    source = differentiated(trace(f, (3.0,)), [0]).source()
    for line in (
        "    v5 = v2 * dv3_dx  # ∂C/∂v3 · ∂v3/∂x⁽¹⁾\n",
        "    dv1 = v3 * dv2_dv1  # ∂C/∂v2 · ∂v2/∂v1\n",
        "    v8 = dv1 * x  # ∂C/∂v1 · ∂v1/∂x⁽¹⁾ = ∂C/∂v1 · ∂v1/∂x⁽²⁾\n",
        "    dx = v10 + v8  # ∂C/∂x, summed over what x leads to\n",
    ):
        assert line in source


@given(programs())
def test_the_notes_of_a_program_are_true(program: SampleProgram) -> None:
    """Every note is about its own line's value: its ∂C/∂z and ∂z/∂x are those of the engine."""
    made = differentiated(traced(program), range(len(program.inputs)))
    values = made.run(list(program.inputs))
    nodes = [Value(x) for x in program.inputs]
    forward = nodes + [Value.constant(0.0)] * (made.forward - len(nodes))
    for i, operation in enumerate(made.operations[: made.forward]):
        if operation.op not in ("input", "constant"):
            forward[i] = run_on(operation, forward)
        elif operation.op == "constant":
            forward[i] = Value.constant(float(operation.value))
    (output,) = {m.output for found in made.meanings.values() for m in found if m.output is not None} or {None}
    adjoint = Graph(forward[output]).adjoints() if output is not None else {}
    for i, found in made.meanings.items():
        for m in found:
            partial = None if m.target is None else forward[m.target].partials[m.place - 1]
            wanted = adjoint.get(forward[m.source], 0.0) if partial is None and m.target is None else partial or 0.0
            if m.output is not None and m.target is not None:
                wanted *= adjoint.get(forward[m.target], 0.0)
            assert values[i] == pytest.approx(wanted, rel=1e-9, abs=1e-9), (made.source(), i, m)


def run_on(operation, values):
    return evaluator(operation.op)(*[values[j] for j in operation.operands])


def test_it_reads_like_what_a_person_would_write() -> None:
    def loss(w, b, x, y):
        a = tanh(w[0] * x[0] + w[1] * x[1] + b)
        return (a - y) ** 2

    program = differentiated(trace(loss, ([1.0, 2.0], 0.5, [3.0, 4.0], 1.0)), [0, 1], safe=False)
    assert (
        program.source()
        == """\
def loss(w, b, x, y):
    w_0, w_1 = w
    x_0, x_1 = x
    # forward pass
    v1 = w_0 * x_0
    v2 = w_1 * x_1
    v3 = v1 + v2
    v4 = v3 + b
    v5 = tanh(v4)
    v6 = v5 - y
    v7 = v6 ** 2.0
    # backward pass: dv is ∂C/∂v, dz_dv is ∂z/∂v
    dv7_dv6 = 2 * v6
    dv5_dv4 = sech2(v4)
    dv4 = dv7_dv6 * dv5_dv4  # ∂C/∂v5 · ∂v5/∂v4
    dw_1 = dv4 * x_1  # ∂C/∂v2 · ∂v2/∂w_1
    dw_0 = dv4 * x_0  # ∂C/∂v1 · ∂v1/∂w_0
    return v7, ((dw_0, dw_1), dv4)
"""
    )


SIMPLER = {
    "x + 0 keeps the sign of -0": (lambda x: x + 0.0, 1),
    "x - 0": (lambda x: x - 0.0, 0),
    "x * 1": (lambda x: x * 1.0, 0),
    "x / 1": (lambda x: x / 1.0, 0),
    "-(-x)": (lambda x: autograd.negative(-x), 0),
    "x ** 1": (lambda x: x**1, 0),
    "constants": (lambda x: x * (Value(2.0) * 3.0), 1),
    "the same twice": (lambda x: sin(x) * sin(x), 2),
    "x * 0 is NaN at infinity": (lambda x: x * 0.0, 1),
    "x - x is NaN at infinity": (lambda x: x - x, 1),
    "x / x is NaN at 0": (lambda x: x / x, 1),
    "dead code": (lambda x: (x + 1, x * 2)[1], 1),
    "order of a product": (lambda x: (2.0 * x) + (x * 2.0), 2),
    "order of a sum of three": (lambda x: ((x + 1.0) + 2.0) - (x + (1.0 + 2.0)), 4),
}


@pytest.mark.parametrize("case", SIMPLER)
def test_simplified_only_where_that_is_exact(case: str) -> None:
    f, size = SIMPLER[case]
    program = trace(f, (1.0,))
    assert program.size == size, program
    for x in (0.0, -0.0, 1.0, -3.5, math.inf, -math.inf, math.nan, 1e300, 5e-324):
        wanted, got = (_or_error(g, x) for g in (f, program))
        np.testing.assert_equal(got, wanted)
        if isinstance(got, float):
            assert math.copysign(1.0, got) == math.copysign(1.0, wanted) or got != got


def _or_error(f, x):
    try:
        result = f(x)
    except (ArithmeticError, ValueError) as error:
        return type(error)
    return result.data if isinstance(result, Value) else result


def test_inputs_that_are_equal_in_value_stay_apart() -> None:
    program = trace(lambda x, y: sin(x) + sin(y), (1.0, 1.0))
    assert program.size == 3
    assert differentiated(program, [0, 1])(0.0, math.pi / 2)[1] == pytest.approx((1.0, 0.0))


def test_it_runs_on_every_kind_of_number() -> None:
    program = trace(lambda x, y: (x * y + 1) / 3 - y**2, (1.0, 1.0))
    assert program(Fraction(1, 2), Fraction(1, 3)) == Fraction(1, 2) * Fraction(1, 3) / 3 + Fraction(1, 3) - Fraction(
        1, 9
    )
    with mpmath.workdps(40):
        x, y = mpmath.mpf(1) / 7, mpmath.mpf(2) / 3
        assert program(x, y) == (x * y + 1) / 3 - y**2
    v = Value(2.0)
    program(v, 1.0).backward()
    assert v.grad == pytest.approx(1 / 3)
    np.testing.assert_allclose(program(np.array([1.0, 2.0]), np.array([0.0, 3.0])), [1 / 3, 7 / 3 - 9])


def test_it_is_drawn() -> None:
    program = trace(lambda w, x: relu(w * x + 1), (1.0, 1.0))
    assert "relu" in str(draw(program(Value(2.0, "w"), Value(3.0, "x"))))


def test_wrong_arguments_are_named() -> None:
    program = trace(lambda p, x: p["w"] * x[0] + x[1], ({"w": 1.0}, [1.0, 2.0]))
    assert program({"w": 2.0}, [3.0, 4.0]) == 10.0
    with pytest.raises(TypeError, match="got 1 arguments"):
        program(1.0)
    with pytest.raises(TypeError, match="p must be a dict with the keys 'w'"):
        program({"v": 1.0}, [1.0, 2.0])
    with pytest.raises(TypeError, match="x must be a sequence of 2"):
        program({"w": 1.0}, [1.0])


def test_programs_of_dicts_can_be_keys() -> None:
    first, second, other = (trace(lambda p, n=n: {"y": p["w"] * n}, ({"w": 1.0},)) for n in (2.0, 2.0, 3.0))
    assert {first, second, other} == {second, other}
    assert first != other


def test_what_is_no_program_is_refused() -> None:
    for source in (
        "x = 1\n",
        "def f(x):\n    for i in x: pass\n    return x\n",
        "def f(x):\n    return y\n",
        "def f(x):\n    v = open(x)\n    return v\n",
        "def f(x):\n    assert len(y) == 2\n    return x\n",
        "def f(x):\n    assert len(x) == 2\n    return x[2]\n",
        "def f(x):\n    assert len(x) == 2\n    for k in range(2):\n        v = x[i]\n    return v\n",
    ):
        with pytest.raises(SyntaxError):
            parsed(source)


def test_a_masked_edge_meets_no_adjoint() -> None:
    program = differentiated(trace(lambda x: where(x > 0, autograd.sqrt(abs(x)), 2 * x), (1.0,)), [0])
    assert program(0.0) == (0.0, 2.0)
    assert program(4.0) == (2.0, 0.25)


def test_a_chain_of_a_hundred_thousand_operations() -> None:
    def chain(x):
        for _ in range(50_000):
            x = x * 0.5 + 1.0
        return x

    program = trace(chain, (1.0,))
    assert program.size == 100_000
    assert differentiated(program, [0])(3.0) == pytest.approx((2.0, 0.0))


def test_a_long_trace_takes_few_bytes_an_operation() -> None:
    def f(x, y):
        for _ in range(15_000):
            x, y = sin(x * y + x), x - y
        return x

    tracemalloc.start()
    try:
        program = trace(f, (0.3, 0.5))
        peak = tracemalloc.get_traced_memory()[1]
        program = folded(program)
    finally:
        tracemalloc.stop()
    assert program.size < 10
    assert peak / 60_000 < 365  # was 390, and 800

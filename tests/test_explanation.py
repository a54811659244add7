"""explain(C): its numbers are those of a backward pass, its names are the labels."""

import re

import pytest

from autograd import Value, detach, dot, explain, relu
from nn import MLP


def small_network() -> tuple[Value, dict[str, Value]]:
    leaves = {name: Value(data, label=name) for name, data in [("w1", 0.5), ("w2", -1.5), ("b", 0.25), ("u", 2.0)]}
    x = [Value.constant(1.0, label="x1"), Value.constant(-2.0, label="x2")]
    z = dot([leaves["w1"], leaves["w2"]], x, leaves["b"])
    z.label = "z"
    a = z.tanh()
    a.label = "a"
    C = a * leaves["u"] + relu(a - 5) + a * a
    C.label = "C"
    return C, leaves


def test_each_leaf_has_its_gradient() -> None:
    C, leaves = small_network()
    text = str(explain(C)).split("Forward × backward")[1]
    assert not any(leaf.has_grad for leaf in leaves.values()), "explain made a backward pass of the user's"
    C.backward()
    for name, leaf in leaves.items():
        (row,) = [line for line in text.splitlines() if line.startswith(f"  ∂C/∂{name} ")]
        assert float(row.rsplit("= ", 1)[1]) == pytest.approx(leaf.grad, rel=1e-3)


def test_sums_are_the_sums_that_are_written_out() -> None:
    C, _ = small_network()
    for row in explain(C).backward[1:] + explain(C).leaves:
        products, total = (
            row[2].removeprefix("= ").replace("(no edge)", "").replace("(no live path)", ""),
            float(row[3].removeprefix("= ")),
        )
        assert eval(products.replace("×", "*")) == pytest.approx(total, rel=1e-2, abs=1e-3)


def test_local_derivatives_say_what_they_are() -> None:
    text = str(explain(small_network()[0]))
    for piece in ("∂z/∂w1 = x1 = 1", "∂z/∂w2 = x2 = -2", "∂a/∂z = sech²(z) = ", "= w1·x1 + w2·x2 + b", "0 (no edge)"):
        assert piece in text


def test_a_node_used_twice_has_both_contributions() -> None:
    x = Value(3.0, label="x")
    text = str(explain(x * x))
    assert re.search(r"∂v1/∂x  = ∂v1/∂x⁽¹⁾ × ∂v1/∂v1 \+ ∂v1/∂x⁽²⁾ × ∂v1/∂v1  = 3 × 1 \+ 3 × 1  = 6", text)


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["w", "w", ""], {"w", "w(2)", "v1"}),
        (["v1", "", ""], {"v1", "v2", "v3"}),
        (["w(2)", "w", "w"], {"w(2)", "w", "w(3)"}),
        (["", "v1", "v2"], {"v1", "v2", "v3"}),
    ],
)
def test_names_are_unique(labels: list[str], names: set[str]) -> None:
    a, b, c = (Value(1.0, label=label) for label in labels)
    graph = explain(a * b + c).graph
    assert {graph.name(v) for v in (a, b, c)} == names
    assert len({graph.name(v) for v in graph.nodes}) == 5


def test_a_name_is_that_of_the_leaf_not_of_its_detached_copy() -> None:
    x = Value(3.0, label="x")
    assert explain(detach(x) * x).leaves[0][0] == "∂v1/∂x"


def test_names_come_from_a_mapping_or_from_a_module() -> None:
    model = MLP(2, [1], rng=0)
    w, y = model.layers[0].neurons[0].w, model([0.5, -1.0])
    assert explain(y, names=model).leaves[0][0] == "∂v1/∂layers.0.neurons.0.w[0]"
    assert [row[0] for row in explain(y, names={"w": w}).leaves][:2] == ["∂v2/∂w[0]", "∂v2/∂w[1]"]
    for names in (3, {"w": 3}):
        with pytest.raises(TypeError, match="explain: names"):
            explain(y, names=names)


@pytest.mark.parametrize("output", [1.0, None, "C", [Value(1.0)]])
def test_anything_but_a_value_is_an_error(output: object) -> None:
    with pytest.raises(TypeError, match="expected the Value at the end of a graph"):
        explain(output)  # type: ignore[arg-type]


def test_a_leaf_alone_and_a_constant_can_be_explained() -> None:
    assert "∂x/∂x  = 1" in str(explain(Value(2.0, label="x")))
    assert str(explain(Value.constant(2.0, label="c")))

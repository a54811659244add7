"""One neuron, its cost, and both passes: the picture at the top of the README."""

from autograd import Value, dot, draw, explain

PICTURE = "neuron.svg"


def main() -> None:
    """Print both passes, and save the picture."""
    x = [Value.constant(1.0, label="x1"), Value.constant(0.5, label="x2")]
    w = [Value(1.0, label="w1"), Value(-2.0, label="w2")]
    z = dot(w, x, Value(1.0, label="b"))
    z.label = "z"
    a = z.sigmoid()
    a.label = "a"
    C = (a - 1) ** 2
    C.label = "C"
    C.backward()
    print(explain(C))
    print(f"\nThe graph, with both passes on it: {draw(C).save(PICTURE)}")


if __name__ == "__main__":
    main()

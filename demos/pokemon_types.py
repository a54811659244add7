"""Classification: a Water or a Normal Pokémon? The lecture's models in turn, on the same split.

Letters: x stats, y type, w weights, b bias, z = w·x + b score, σ the sigmoid, μ means, Σ covariances, P priors. The
classes are Normal and Water: a score above 0 is Water. Every derivative is the engine's.
"""

import warnings
from pathlib import Path
from typing import Any

import numpy as np

import nn
from autograd import grad, sigmoid
from demos.lecture import BLUE, GREEN, ORANGE, figure, heading, read, require_matplotlib

FOLDER = Path("pokemon_types")
TWO = ("Defense", "Sp. Def")
SIX = ("HP", "Attack", "Defense", "Sp. Atk", "Sp. Def", "Speed")
TYPES = ("Normal", "Water")
MODELS: dict[str, tuple[Any, dict[str, Any]]] = {
    "regression on ±1": (nn.RegressionClassifier, {}),
    "perceptron": (nn.Perceptron, {"random_state": 0}),
    "linear SVM": (nn.LinearSVM, {}),
    "Gaussian, separate Σ": (nn.GaussianClassifier, {"covariance": "separate"}),
    "Gaussian, shared Σ": (nn.GaussianClassifier, {"covariance": "shared"}),
    "logistic regression": (nn.LogisticRegression, {}),
}
CORNERS, XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])


class Table:
    """An array with named columns, as in a data frame, so that errors can name them."""

    def __init__(self, rows: list[dict[str, str]], columns: tuple[str, ...]) -> None:
        self.columns = columns
        self.numbers = np.array([[float(row[name]) for name in columns] for row in rows])

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.numbers


def filled(axis: Any, limits: tuple[float, float], score: Any, levels: Any, **style: Any) -> Any:
    """Colour a square by the score of its points, and draw the boundary, which is the middle level."""
    u, v = np.meshgrid(np.linspace(*limits, 300), np.linspace(*limits, 300))
    s = score(np.column_stack([u.flat, v.flat])).reshape(u.shape)
    axis.contour(u, v, s, levels=[levels[len(levels) // 2]], colors="black", linewidths=3)
    axis.set(xlim=limits, ylim=limits)
    return axis.contourf(u, v, s, levels=levels, **style)


def sides(axis: Any, limits: tuple[float, float], score: Any) -> None:
    """Colour both sides of the boundary, where the score is 0."""
    filled(axis, limits, score, [-np.inf, 0.0, np.inf], colors=[ORANGE, BLUE], alpha=0.15)


def points(axis: Any, X: Any, y: Any, labels: Any = TYPES, size: float = 45) -> None:
    """Draw every row, marked by its class."""
    for label, colour, marker in zip(labels, (ORANGE, BLUE), "^o"):
        own = X[y == label]
        name = label if isinstance(label, str) else f"$y$ = ${label}$"
        axis.scatter(*own.T, s=size, c=colour, marker=marker, ec="white", linewidths=0.6, label=name, zorder=3)


def regression_as_classification() -> None:
    """Show that correct rows far on their side bend the boundary of a regression."""
    heading("Classification as regression: targets -1 and 1, squared error")
    rng = np.random.default_rng(0)
    near = np.vstack([rng.normal([-1.5, 0.5], 0.45, (40, 2)), rng.normal([0.5, -0.5], 0.45, (40, 2))])
    far = rng.normal([6.0, -6.0], 0.8, (25, 2))
    y = np.array([-1] * 40 + [1] * 65)
    print("points drawn at random            right of the first 80: regression   logistic regression")
    with figure(FOLDER / "regression.png", "points far on the right side bend the boundary", 1, 2, 7, 6.4) as axes:
        for axis, X, title in ((axes[0], near, "two groups"), (axes[1], np.vstack([near, far]), "and points far off")):
            regression, logistic = (
                model.fit(X, y[: len(X)]) for model in (nn.RegressionClassifier(), nn.LogisticRegression(l2=1e-3))
            )
            right = (model.score(near, y[:80]) for model in (regression, logistic))
            print("{:33} {:33.1%} {:21.1%}".format(title, *right))
            points(axis, X, y[: len(X)], (-1, 1))
            sides(axis, (-8.5, 8.5), regression.decision_function)
            (w1, w2), b, x1 = logistic.coef_[0], logistic.intercept_[0], np.array([-8.5, 8.5])
            axis.plot([], [], color="black", lw=3, label="regression")
            axis.plot(x1, -(w1 * x1 + b) / w2, "--", color=GREEN, lw=3, label="logistic regression")
            axis.set(title=title, xlabel="$x_1$", ylabel="$x_2$")
        axes[0].figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    print("A score of 8 where the target is 1 costs as much as one of -6: to be too right is punished like a mistake.")


def gaussians(X: Any, y: Any) -> None:
    """Fit a Gaussian to each type: with separate covariances, and with a shared one."""
    heading("A Gaussian for each type, of greatest likelihood: Defense and Sp. Def")
    separate, shared = (nn.GaussianClassifier(covariance=kind).fit(X, y) for kind in ("separate", "shared"))
    for k, name in ((1, "Water"), (0, "Normal")):
        P, mean, covariance = separate.class_prior_[k], separate.means_[k], separate.covariance_[k]
        print(f"{name:6}  P = {P:.3f}  μ = {told(mean, 1)}  Σ = {told(covariance)}")
    print(f"shared, both weighted by P:         Σ = {told(shared.covariance_)}")
    print("slides: Water μ = (75.0, 71.3), Σ = (874, 327; 327, 929); Normal μ = (55.6, 59.8)")
    circle = np.array([np.cos(np.linspace(0, 2 * np.pi, 200)), np.sin(np.linspace(0, 2 * np.pi, 200))])
    with figure(FOLDER / "gaussians.png", "the Gaussians, at one and two standard deviations", 1, 2, 7, 6.4) as axes:
        for axis, model, title in zip(axes, (separate, shared), ("separate covariances", "a shared covariance")):
            points(axis, X, y)
            sides(axis, (0, 190), model.decision_function)
            for k, (name, colour) in enumerate(zip(TYPES, (ORANGE, BLUE))):
                root = np.linalg.cholesky(model.covariance_[k] if model is separate else model.covariance_)
                for deviations in (1, 2):
                    axis.plot(*(model.means_[k][:, None] + deviations * root @ circle), color=colour)
                axis.plot(*model.means_[k], "X", ms=15, color=colour, mec="black", zorder=4, label=f"mean of {name}")
            axis.set(title=title, xlabel=TWO[0], ylabel=TWO[1])
        axes[0].legend(loc="upper right")


def told(numbers: Any, digits: int = 0) -> str:
    """A vector or a matrix on one line, as on the slides."""
    rows = (", ".join(f"{number:.{digits}f}" for number in row) for row in np.atleast_2d(numbers))
    return f"({'; '.join(rows)})"


def every_model(features: dict[str, Any], y: Any, train: Any) -> None:
    """Compare all models on two features and on six; draw the boundaries on two."""
    heading("All models: accuracy")
    print(f"{'':22}  Defense, Sp. Def        six stats           slides: test")
    print(f"{'':22}   train    test        train    test        two     seven")
    guess = "  ".join(f"{np.mean(y[rows] == 'Water'):6.1%}" for rows in (train, ~train))
    print(f"{'always Water':22}  {guess}       {guess}")
    slides = {"Gaussian, separate Σ": "47 %     64 %", "Gaussian, shared Σ": "         73 %"}
    scales = {name: scale(X[train]) for name, X in features.items()}
    with figure(FOLDER / "boundaries.png", "the boundary of every model on two features", 2, 3, 5, 5) as axes:
        for axis, (name, (kind, options)) in zip(axes.flat, MODELS.items()):
            models, shares = {}, {}
            for which, X in features.items():
                Z = scales[which](X)
                with warnings.catch_warnings(action="ignore", category=nn.ConvergenceWarning):
                    models[which] = kind(**options).fit(Z[train], y[train])
                shares[which] = [models[which].score(Z[rows], y[rows]) for rows in (train, ~train)]
            numbers = "".join(f"{fit:8.1%}{test:8.1%}     " for fit, test in shares.values())
            print(f"{name:22}{numbers}  {slides.get(name, '')}".rstrip())
            points(axis, features["two"][train], y[train])
            sides(axis, (0, 190), lambda X, model=models["two"]: model.decision_function(scales["two"](X)))
            axis.set(title="{}\n{:.0%} train, {:.0%} test".format(name, *shares["two"]), xlabel=TWO[0], ylabel=TWO[1])
        axes[0, 0].legend(loc="upper right")
    print("\nOn two features no model is much better than a guess on the test rows; on six all are.")
    print(
        "Regression on ±1 and the shared Gaussian have w in the same direction, always (Fisher, 1936): points far off"
    )
    print("bend both, regression by its error, the Gaussian by its covariance. Logistic regression they do not bend.")
    perceptrons(scales["six"](features["six"]), y, train)


def scale(rows: Any) -> Any:
    """A function that standardises features by the mean and standard deviation of these rows."""
    return lambda X: (X - rows.mean(axis=0)) / rows.std(axis=0)


def perceptrons(Z: Any, y: Any, train: Any) -> None:
    """Show that the perceptron's result depends on its start if no plane separates the classes."""
    with warnings.catch_warnings(record=True, action="always") as told:
        models = [nn.Perceptron(random_state=seed).fit(Z[train], y[train]) for seed in range(10)]
    tests = [model.score(Z[~train], y[~train]) for model in models]
    print(f"Perceptron warns: {told[0].message}.")
    print(
        "The perceptron's loss is 0 for w = 0, too: where no plane tells the types apart, descent leads there. So the"
    )
    print(
        "w with the fewest mistakes on the way is kept, and it depends on the start: from ten starts it is right about"
    )
    print(f"{min(tests):.0%} to {max(tests):.0%} of the test rows. The SVM asks for a margin, and has one best w.")


def singular(rows: list[dict[str, str]], y: Any) -> None:
    """Show that the lecture's seventh feature, the sum of the other six, makes the covariance singular."""
    heading("Seven features: Total is the sum of the six stats")
    try:
        nn.GaussianClassifier().fit(Table(rows, ("Total", *SIX)), y)
    except ValueError as error:
        print(f"ValueError: {error}")
    print("Total tells nothing that the six do not; without it Σ has an inverse.")


def posteriors(features: dict[str, Any], y: Any) -> None:
    """Compare the posterior of the shared Gaussian, σ(w·x + b), with logistic regression, which fits w and b itself."""
    from matplotlib.colors import LinearSegmentedColormap

    heading("The posterior P(Water | x) = σ(w·x + b)")
    print("Gaussian, shared Σ: w = Σ⁻¹(μ₁ - μ₀), b = -½ μ₁ᵀΣ⁻¹μ₁ + ½ μ₀ᵀΣ⁻¹μ₀ + ln(P₁/P₀), from means and a covariance")
    print("logistic regression: w and b of least cross entropy, by Newton's method on the engine's Hessian\n")
    print(f"{'':22}{'b':>9}   w")
    found = {}
    for columns, X in ((TWO, features["two"]), (SIX, features["six"])):
        print(f"{'':31}{''.join(f'{name:>9}' for name in columns)}")
        for name in ("Gaussian, shared Σ", "logistic regression"):
            kind, options = MODELS[name]
            found[name, len(columns)] = model = kind(**options).fit(X, y)
            print(f"{name:22}{model.intercept_[0]:9.4f}{''.join(f'{w:9.4f}' for w in model.coef_[0])}")
    levels, shows = np.linspace(0, 1, 11), "the posterior of the shared Gaussian, and that of logistic regression"
    style = {"cmap": LinearSegmentedColormap.from_list("types", [ORANGE, "white", BLUE]), "alpha": 0.7}
    with figure(FOLDER / "posterior.png", shows, 1, 2, 7, 6.4) as axes:
        for axis, name in zip(axes, ("Gaussian, shared Σ", "logistic regression")):
            shades = filled(axis, (0, 190), lambda X, of=found[name, 2]: of.predict_proba(X)[:, 1], levels, **style)
            points(axis, features["two"], y)
            axis.set(title=name, xlabel=TWO[0], ylabel=TWO[1])
        axes[0].legend(loc="upper right")
        axes[1].figure.colorbar(shades, ax=axes, label="P(Water | x)", ticks=levels[::2])


def why_not_squared_error() -> None:
    """Show that the squared error of σ is flat far from its target, just where the steps should be long."""
    heading("Why not squared error with σ?")
    losses = {"cross entropy": lambda z: nn.cross_entropy(z, 1), "squared error": lambda z: (sigmoid(z) - 1) ** 2}
    print("a row of target 1, and the slope of its loss in the score z: how far a step goes")
    print(f"{'z':>5} {'σ(z)':>9}" + "".join(f"{f'∂/∂z {name}':>22}" for name in losses))
    for z in (-10.0, -5.0, -2.0, 0.0, 2.0, 5.0):
        print(f"{z:5.0f} {sigmoid(z):9.5f}" + "".join(f"{grad(loss)(z):22.6f}" for loss in losses.values()))
    print("\nw·x + b of x = 1, 2 for y = 0, 1, from w = -5, b = -5: the loss over 200 steps of gradient descent, η = 1")
    X, y = np.array([[1.0], [2.0]]), np.array([0.0, 1.0])
    of_rows = {
        "cross entropy": lambda line, x, y: nn.cross_entropy(line(x), y),
        "squared error": lambda line, x, y: (sigmoid(line(x)) - y) ** 2,
    }
    z = np.linspace(-8, 8, 201)
    shows = "both losses of a row, and gradient descent on them from far off"
    with figure(FOLDER / "squared_error.png", shows, columns=2, width=7, height=6) as axes:
        for (name, loss), colour in zip(of_rows.items(), (BLUE, ORANGE)):
            objective = nn.Objective(loss, nn.Linear(1))
            _, history = nn.train(objective, np.array([-5.0, -5.0]), X, y, optimiser=nn.SGD(rate=1.0), passes=200)
            print(f"{name:14} {history[0]:9.6f} → {history[-1]:9.6f}")
            axes[0].plot(z, [losses[name](point) for point in z.tolist()], color=colour, label=name)
            axes[1].semilogy(np.array(history) / history[0], color=colour, label=name)
        axes[0].set(title="the loss of a row of target 1", xlabel="z", ylabel="loss")
        axes[1].set(title="gradient descent from far off", xlabel="step", ylabel="loss / loss at the start")
        for axis in axes:
            axis.legend()
    print("Where σ is far from its target the squared error is as flat as at its minimum: descent stands still there.")


def how_sure(X: Any, y: Any) -> None:
    """Tell how sure the weights of logistic regression are, by the Hessian of its loss."""
    heading("How sure are the weights? ± a standard error, from the Hessian")
    model = nn.LogisticRegression().fit(X, y)
    found = model.summary()
    stats = (*SIX, "b")
    print(f"{'':8}{'w':>9}{'±':>9}{'z':>8}{'p':>9}")
    for name, w, error, z, p in zip(stats, found.estimate, found.error, found.z, found.p):
        print(f"{name:8}{w:9.4f}{error:9.4f}{z:8.2f}{p:9.4f}")
    sure = [name for name, p in zip(SIX, found.p) if p < 0.05]
    print(f"\nSignificant at 5 %: {', '.join(sure)}. Were such a w 0, chance would rarely put its estimate so far off.")
    shows = "the weights of logistic regression, and their intervals of 95 %"
    with figure(FOLDER / "standard_errors.png", shows, width=10, height=6) as axis:
        middle, wide = found.estimate[:-1], (found.high - found.low)[:-1] / 2
        axis.errorbar(middle, SIX, xerr=wide, fmt="o", ms=10, capsize=8, color=BLUE)
        axis.axvline(0, color="black", lw=1)
        axis.set(xlabel="w, above 0 for Water", title="w ± 1.96 standard errors")
        axis.invert_yaxis()


def eighteen(rows: list[dict[str, str]]) -> None:
    """Tell all eighteen types apart by a softmax."""
    heading("All eighteen types: softmax")
    X, y = Table(rows, SIX).numbers, np.array([row["Type 1"] for row in rows])
    even = np.array([int(row["#"]) % 2 == 0 for row in rows])
    Z = scale(X[even])(X)
    model = nn.LogisticRegression(l2=1e-3).fit(Z[even], y[even])
    types, often = np.unique(y[even], return_counts=True)
    guess = types[np.argmax(often)]
    print("P(type | x) = exp(z of the type) / Σ exp(z), z = w·x + b for each of the types; learnt from even numbers")
    print(f"{'':28}{'even':>7}{'odd':>8}")
    print(f"{f'always {guess}':28}{np.mean(y[even] == guess):7.1%}{np.mean(y[~even] == guess):8.1%}")
    right = (model.score(Z[of], y[of]) for of in (even, ~even))
    print("{:28}{:7.1%}{:8.1%}".format(f"softmax of {len(types)} scores", *right))
    ranks = np.argsort(-model.predict_proba(Z[~even]), axis=1)[:, :5]
    five = np.mean([name in model.classes_[best] for name, best in zip(y[~even], ranks)])
    print(f"{'… among its five likeliest':28}{'':7}{five:8.1%}")
    mean = np.array([model.predict_proba(Z[~even & (y == name)]).mean(axis=0) for name in types])
    shows = "the mean P of every type, for held-out Pokémon of every type"
    with figure(FOLDER / "eighteen.png", shows, width=11, height=10) as axis:
        shades = axis.imshow(mean, cmap="Blues", vmin=0)
        axis.set_xticks(range(len(types)), types, rotation=90)
        axis.set_yticks(range(len(types)), [f"{name} ({np.sum(y[~even] == name)})" for name in types])
        axis.set(ylabel="type (how many)", xlabel="P of type")
        axis.set(title="odd numbers; on the diagonal: the mean P of the true type")
        axis.grid(False)
        axis.figure.colorbar(shades, ax=axis)
    two, true = (np.mean(np.isin(of, TYPES)) for of in (model.predict(Z[~even]), y[~even]))
    print("Six stats tell little about a type, and in doubt the softmax says one that many have:")
    print(f"of the odd numbers {two:.0%} are classified as Water or Normal, and {true:.0%} are.")


def xor() -> None:
    """Show what no line can do, and two hidden neurons can."""
    heading("XOR: why a hidden layer is needed")
    line = nn.LogisticRegression().fit(CORNERS, XOR)
    print(f"logistic regression: accuracy {line.score(CORNERS, XOR):.0%}; all it finds is P = 0.5 for every corner")
    options = {"hidden": (2,), "activation": "sigmoid", "init": "xavier", "rate": 0.1, "max_iter": 1000}
    networks = [nn.MLPClassifier(**options, random_state=seed).fit(CORNERS, XOR) for seed in range(10)]
    good = [network for network in networks if network.score(CORNERS, XOR) == 1]
    print(f"two sigmoid neurons before it: accuracy 100% from {len(good)} of 10 random starts; the others are stuck\n")
    first, last = good[0].model_.layers
    hidden = np.array([[a.data for a in first.activations(x)] for x in CORNERS])
    w, b = np.array([w.data for w in last.neurons[0].w]), last.neurons[0].b.data
    print("x₁ x₂   y   line: P(1)   hidden: a₁     a₂   network: P(1)")
    for x, y, P, a, Q in zip(CORNERS, XOR, line.predict_proba(CORNERS), hidden, good[0].predict_proba(CORNERS)):
        print(f"{x[0]:2.0f} {x[1]:2.0f}  {y:2}   {P[1]:10.3f}   {a[0]:10.3f}  {a[1]:5.3f}   {Q[1]:13.3f}")
    print("The hidden layer moves the corners to where one line separates them.")
    views = (
        ("logistic regression: P = ½", "x", CORNERS, line.decision_function),
        ("with a hidden layer", "x", CORNERS, good[0].decision_function),
        ("what the last neuron sees", "a", hidden, lambda a: a @ w + b),
    )
    shows = "XOR by a line, by a network, and as its last neuron sees it"
    with figure(FOLDER / "xor.png", shows, columns=3, width=5.6, height=5.8) as axes:
        for axis, (title, letter, X, score) in zip(axes, views):
            sides(axis, (-0.3, 1.3), score)
            points(axis, X, XOR, (0, 1), size=300)
            axis.set(title=title, xlabel=f"${letter}_1$", ylabel=f"${letter}_2$", aspect="equal")
            axis.set(xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
        axes[0].legend(loc="center", labelspacing=1, frameon=True, framealpha=1)


def main() -> None:
    """Tell the story on the lecture's split; save the figures in a folder."""
    require_matplotlib("pokemon_types")
    everyone = read("pokemon_stats.csv")
    rows = [row for row in everyone if row["Type 1"] in TYPES]
    y = np.array([row["Type 1"] for row in rows])
    train = np.array([int(row["#"]) < 400 for row in rows])
    features = {"two": Table(rows, TWO).numbers, "six": Table(rows, SIX).numbers}
    for name, of in (("train, number < 400", train), ("test", ~train)):
        print(f"{name:20}: {np.sum(y[of] == 'Water')} Water, {np.sum(y[of] == 'Normal')} Normal")
    print(f"figures are saved in {FOLDER}/")
    regression_as_classification()
    gaussians(features["two"][train], y[train])
    every_model(features, y, train)
    singular([row for row, of in zip(rows, train) if of], y[train])
    posteriors({name: X[train] for name, X in features.items()}, y[train])
    why_not_squared_error()
    how_sure(features["six"][train], y[train])
    eighteen(everyone)
    xor()


if __name__ == "__main__":
    main()

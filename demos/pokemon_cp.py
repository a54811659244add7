"""Regression: the combat power (CP) of a Pokémon after evolution, as in the lecture.

Three steps: a set of functions, y = b + w·x; the goodness of a function, L(w, b); the best function, by gradient
descent. Then more complex functions, and why the most complex is not the best. Letters: x features, y CP after
evolution, w weights, b bias, L loss, η learning rate, λ strength of regularisation. Every derivative is the engine's.
"""

from pathlib import Path
from typing import Any

import numpy as np

import nn
from demos.lecture import BLUE, GREEN, ORANGE, PINK, SKY, YELLOW, figure, heading, read, require_matplotlib

FOLDER = Path("pokemon_cp")
START = (-4.0, -120.0)  # w and b at the start of the lecture's path
SLIDES = {1: 31.9, 2: 15.4, 3: 15.3, 4: 14.9, 5: 12.8}  # "average error" on the training data, by degree
RATES = {0.005: "too small", 0.1: "just right", 0.95: "large", 1.5: "too large"}  # for standardised x
LADDER = (0.0, *(10.0**k for k in range(-6, 2)))  # λ
SPECIES = {"Pidgey": (BLUE, "o"), "Weedle": (ORANGE, "s"), "Caterpie": (GREEN, "^"), "Eevee": (PINK, "D")}


def rmse(model: Any, X: Any, y: Any) -> float:
    """The root of the mean squared error, in CP."""
    return float(np.sqrt(np.mean((model.predict(X) - y) ** 2)))


def squared(line: Any, x: Any, y: Any) -> Any:
    """The goodness of a function on one row."""
    return nn.squared_error(line(x), y)


def path(objective: Any, start: Any, x: Any, y: Any, optimiser: Any, steps: int) -> Any:
    """(w, b, L) before every step of gradient descent, until it ends or diverges."""
    visited = []
    try:
        nn.train(
            objective, start, x, y,
            optimiser=optimiser, passes=steps, each=lambda theta, L: visited.append((*theta, L)),
        )  # fmt: skip
    except nn.Diverged as error:
        print(f"  nn.Diverged: {error}")
    return np.array(visited)


def three_steps(x: Any, y: Any) -> None:
    """The lecture's three steps on its ten rows: gradient descent next to the exact solution."""
    heading("Three steps")
    print("1 A set of functions:          y = b + w·x, x: CP before, y: CP after evolution   nn.Linear(1)")
    print("2 The goodness of a function:  L(w, b), the mean of (y - (b + w·x))²              nn.squared_error")
    print("3 The best function:           w ← w - η ∂L/∂w, b ← b - η ∂L/∂b                   nn.train\n")
    print(f"on the {len(x)} Pokémon of the slides; x standardised, (x - {x.mean():.1f}) / {x.std():.1f}; η = 0.1:")
    visited = path(nn.Objective(squared, nn.Linear(1)), (0.0, 0.0), (x - x.mean()) / x.std(), y, nn.SGD(rate=0.1), 101)
    for step in (0, 1, 2, 5, 10, 20, 50, 100):
        w, b, L = visited[step]
        print(f"  step {step:3d}   w = {w:8.3f}   b = {b:8.3f}   L = {L:12.3f}")
    w, b = visited[-1, 0] / x.std(), visited[-1, 1] - visited[-1, 0] * x.mean() / x.std()  # back to units of CP
    exact = nn.LinearRegression().fit(x, y)
    difference = max(abs(w / exact.coef_[0] - 1), abs(b / exact.intercept_ - 1))
    print("\n                          b             w")
    print(f"  gradient descent  {b:11.6f}   {w:11.8f}")
    print(f"  exact             {exact.intercept_:11.6f}   {exact.coef_[0]:11.8f}")
    print("  slides                 -188.4           2.7")
    print(f"  largest relative difference of the first two: {difference:.1e}")


def surface(x: Any, y: Any) -> None:
    """The loss over (w, b), and the path of gradient descent on it: in CP, and with x standardised."""
    heading("The loss surface, and the path of gradient descent")
    objective = nn.Objective(squared, nn.Linear(1))
    centre, spread = x.mean(), x.std()
    z = (x - centre) / spread
    along_w, along_b = np.diag(objective.hessian(np.zeros(2), x, y))
    print(f"x in CP: the loss curves {along_w / along_b:.0f} times as much along w as along b, a valley.")
    in_cp = {
        "SGD, η = 5e-6": path(objective, START, x, y, nn.SGD(rate=5e-6), 10_000),
        "Adagrad, η = 5": path(objective, START, x, y, nn.Adagrad(rate=5.0), 10_000),
    }
    for name, visited in in_cp.items():
        w, b, _ = visited[-1]
        print(f"  {name:14} 10,000 steps from w = -4, b = -120 lead to w = {w:.2f}, b = {b:.1f}")
    print("Gradient descent falls to the floor of the valley and hardly moves along it; Adagrad has a rate for each.")
    same = (START[0] * spread, START[1] + START[0] * centre)  # the same line, as w and b of standardised x
    straight = path(objective, same, z, y, nn.SGD(rate=0.1), 60)
    print(f"x standardised: a round bowl; {len(straight)} steps from the same line lead to L = {straight[-1, 2]:.0f}.")
    shows = "the loss over (w, b), and paths from the same line; dots are steps 0, 1, 2, 4, 8, …"
    with figure(FOLDER / "loss_surface.png", shows, columns=2, width=7, height=6.4) as axes:
        contours(axes[0], x, y, in_cp, (-270, 20), (-5, 5))
        contours(axes[1], z, y, {"SGD, η = 0.1": straight}, (-1300, 1300), (-1000, 1600))
        axes[0].set(xlabel="b / CP", ylabel="w", title="x in CP: a valley")
        axes[1].set(xlabel="b / CP", ylabel="w / CP", title="x standardised: a bowl")


def contours(axis: Any, x: Any, y: Any, paths: dict[str, Any], b: Any, w: Any) -> None:
    """Draw contours of the loss within these limits of b and w, its minimum, and paths."""
    exact = nn.LinearRegression().fit(x, y)
    B, W = np.meshgrid(np.linspace(*b, 200), np.linspace(*w, 200))
    L = np.mean([nn.squared_error(B + W * xi, yi) for xi, yi in zip(x.ravel(), y)], axis=0)
    levels = np.geomspace(L.min(), L.max() * 1.01, 18)
    axis.contourf(B, W, L, levels=levels, cmap="Greys", alpha=0.6)
    axis.contour(B, W, L, levels=levels, colors="grey", linewidths=0.7)
    for (name, visited), colour, height in zip(paths.items(), (BLUE, ORANGE), (4, 3)):
        dots = [0, *(2**k for k in range(14) if 2**k < len(visited))]
        axis.plot(visited[:, 1], visited[:, 0], "o-", markevery=dots, color=colour, ms=8, zorder=height, label=name)
    axis.plot(exact.intercept_, exact.coef_[0], "*", color=YELLOW, ms=24, mec="black", zorder=5, label="least loss")
    axis.set(xlim=b, ylim=w)
    axis.locator_params(nbins=6)
    axis.legend(loc="lower right", frameon=True)


def learning_rates(x: Any, y: Any) -> None:
    """Learning rates from too small to too large; training that diverges raises an error."""
    heading("Learning rates")
    z = (x - x.mean()) / x.std()
    objective = nn.Objective(squared, nn.Linear(1))
    walks = {}
    for rate, how in RATES.items():
        print(f"η = {rate:<5}  {how}")
        walks[rate] = path(objective, (0.0, 0.0), z, y, nn.SGD(rate=rate), 1000)[:, 2]
        if walks[rate][-1] < walks[rate][0]:
            near = np.argmax(walks[rate] < 1.01 * walks[rate].min())
            print(f"  within 1 % of the least loss after {near} steps")
    shows = "the loss over steps: too small a rate crawls, too large a rate leaves"
    with figure(FOLDER / "learning_rates.png", shows, width=9.5, height=6) as axis:
        for (rate, how), colour, style in zip(RATES.items(), (BLUE, GREEN, YELLOW, ORANGE), ("-", "--", "-.", ":")):
            axis.semilogy(walks[rate][:61], style, color=colour, lw=3.5, label=f"η = {rate}, {how}")
        axis.set(xlim=(0, 60), ylim=(5e3, 1e8), xlabel="step", ylabel="L / CP²", title="x standardised, from w = b = 0")
        axis.legend(loc="upper center", bbox_to_anchor=(0.55, 1), ncols=2)


def degrees(x: Any, y: Any, others: tuple[Any, Any]) -> None:
    """Polynomials of degree 1 to 5, fitted to the ten rows of the slides and tested on the others."""
    heading("More complex functions: degree 1 to 5, on the ten Pokémon of the slides")
    print("        training, average error      RMSE / CP")
    print("degree  slides   √Σ(y - ŷ)² / 10     the ten   the other 65")
    models = {degree: nn.PolynomialRegression(degree=degree).fit(x, y) for degree in SLIDES}
    errors = [(rmse(model, x, y), rmse(model, *others)) for model in models.values()]
    for (degree, model), (ten, rest) in zip(models.items(), errors):
        average = np.sqrt(np.sum((model.predict(x) - y) ** 2)) / 10
        print(f"{degree:6}  {SLIDES[degree]:6}   {average:15.1f}   {ten:9.1f}   {rest:12.1f}")
    print("\nThe slides' average error is the honest root mean squared error over √10.")
    print("On the ten each degree is better than the one before; on the others degree 5 is far off: overfitting.")
    w, b = models[1].coef_[0], models[1].intercept_
    print(f"degree 1: y = {b:.1f} + {w:.1f}·x; slides: b = -188.4, w = 2.7")
    grid = np.linspace(0, 660, 400).reshape(-1, 1)
    with figure(FOLDER / "degrees.png", "degree 1 to 5, fitted to ten rows, and the errors", 2, 3, 5, 4.6) as axes:
        for axis, (degree, model) in zip(axes.flat, models.items()):
            axis.scatter(*others, s=26, color=SKY, label="the other 65")
            axis.scatter(x, y, s=80, color=ORANGE, marker="^", ec="black", zorder=3, label="the ten")
            axis.plot(grid, model.predict(grid), color="black")
            axis.set(xlim=(0, 660), ylim=(-250, 2600), title=f"degree {degree}", xlabel="CP before", ylabel="CP after")
        axes[0, 0].legend(loc="upper left")
        for line, colour, marker, name in zip(zip(*errors), (ORANGE, SKY), "^o", ("the ten", "the other 65")):
            axes[1, 2].semilogy([*SLIDES], line, marker=marker, ms=10, color=colour, label=name)
        axes[1, 2].set(xlabel="degree", ylabel="RMSE / CP", title="overfitting", xticks=[*SLIDES], ylim=(30, 700))
        axes[1, 2].set_yticks([50, 100, 200, 500], labels=["50", "100", "200", "500"])
        axes[1, 2].minorticks_off()
        axes[1, 2].legend(loc="upper left")


def features(rows: list[dict[str, str]]) -> dict[str, Any]:
    """Growing sets of features: CP, its square, a line per species, and everything with its square."""
    names = ("cp", "hp", "weight", "height")
    cp, hp, weight, height = (np.array([[float(row[name])] for row in rows]) for name in names)
    species = np.array([[row["species"] == name for name in SPECIES] for row in rows], dtype=float)
    everything = [species, species * cp, species * cp**2, hp, hp**2, weight, weight**2, height, height**2]
    return {
        "1, CP": np.hstack([cp**0, cp]),
        "1, CP, CP²": np.hstack([cp**0, cp, cp**2]),
        "species, species·CP": np.hstack([species, species * cp]),
        "all, and squares": np.hstack(everything),
    }


def species_as_feature(rows: list[dict[str, str]], y: Any, train: Any) -> None:
    """Find a hidden factor: each species has a line of its own."""
    heading("Hidden factors: the species")
    print("y = Σ δ(species = s)·(b_s + w_s·x), linear in its parameters; trained on every other row of the 75.\n")
    print("features               parameters   RMSE / CP: train     test")
    models = {}
    for name, X in features(rows).items():
        models[name] = model = nn.LinearRegression(fit_intercept=False).fit(X[train], y[train])
        fit, test = rmse(model, X[train], y[train]), rmse(model, X[~train], y[~train])
        print(f"{name:21}  {X.shape[1]:10}   {fit:16.1f}   {test:6.1f}")
    print("\nspecies         b       w    RMSE / CP: test")
    X, species = features(rows)["species, species·CP"], np.array([row["species"] for row in rows])
    each = models["species, species·CP"]
    for k, name in enumerate(SPECIES):
        own = ~train & (species == name)
        print(f"{name:8}  {each.coef_[k]:7.1f}  {each.coef_[k + 4]:6.2f}   {rmse(each, X[own], y[own]):16.1f}")
    print(
        "\nA line for each species is nearly exact, but for Eevee, which evolves into several species: another hidden"
    )
    print("factor. All features with their squares fit the training rows best, and the test rows worst.")
    with figure(FOLDER / "species.png", "one line for all, and a line for each species", 1, 2, 7, 6) as axes:
        x, one = features(rows)["1, CP"], models["1, CP"]
        for axis, title in zip(axes, ("one line", "a line for each species")):
            axis.set(xlabel="CP before", ylabel="CP after", title=title, xlim=(0, 660), ylim=(-100, 1900))
            for name, (colour, marker) in SPECIES.items():
                for rows_of, fill in ((train, colour), (~train, "none")):
                    own = rows_of & (species == name)
                    label = name if fill == colour else None
                    axis.scatter(x[own, 1], y[own], s=70, fc=fill, ec=colour, marker=marker, label=label)
        axes[0].plot([0, 660], one.predict([[1.0, 0.0], [1.0, 660.0]]), color="black")
        axes[0].scatter([], [], s=70, fc="none", ec="black", label="hollow: test rows")
        axes[0].legend(loc="upper left")
        for name, (colour, _) in SPECIES.items():
            ends = [np.flatnonzero(species == name)[end(x[species == name, 1])] for end in (np.argmin, np.argmax)]
            axes[1].plot(x[ends, 1], each.predict(X[ends]), color=colour, ls="--" if name == "Caterpie" else "-")


def regularisation(rows: list[dict[str, str]], y: Any, train: Any) -> None:
    """Regularise the model with all features: λ over a ladder."""
    heading("Regularisation: all features and their squares, standardised")
    print("L = mean of (y - ŷ)² + (λ/2)·Σw², b left alone: small weights make a smooth function.\n")
    X = features(rows)["all, and squares"]
    X = (X - X[train].mean(axis=0)) / X[train].std(axis=0)
    print("      λ   RMSE / CP: train     test      ‖w‖")
    errors = []
    for strength in LADDER:
        model = nn.LinearRegression(l2=strength).fit(X[train], y[train])
        errors.append((rmse(model, X[train], y[train]), rmse(model, X[~train], y[~train])))
        print(f"{strength:7g}   {errors[-1][0]:16.1f}   {errors[-1][1]:6.1f}   {np.linalg.norm(model.coef_):6.0f}")
    best = int(np.argmin([test for _, test in errors]))
    print(f"\nThe larger λ, the worse on the training rows; on the test rows λ = {LADDER[best]:g} is best.")
    print("(These rows have now helped to choose λ: an honest error of that choice needs rows not looked at yet.)")
    with figure(FOLDER / "regularisation.png", "training and test error over λ", width=9.5, height=6) as axis:
        for line, colour, marker, name in zip(zip(*errors), (ORANGE, SKY), "^o", ("train", "test")):
            axis.loglog(LADDER[1:], line[1:], marker=marker, ms=11, color=colour, label=name)
            axis.axhline(line[0], color=colour, ls=":", label=f"{name}, λ = 0")
        axis.set(xlabel="λ", ylabel="RMSE / CP", title=f"{X.shape[1]} features, {train.sum()} training rows")
        axis.set_yticks([3, 10, 30, 100, 300], labels=["3", "10", "30", "100", "300"])
        axis.minorticks_off()
        axis.legend(loc="center right", bbox_to_anchor=(1, 0.42))


def main() -> None:
    """Tell the story on the lecture's data; save the figures in a folder."""
    require_matplotlib("pokemon_cp")
    rows = read("pokemon_cp.csv")
    ten = np.zeros(len(rows), dtype=bool)
    ten[[int(row["row"]) - 1 for row in read("pokemon_cp_slide10.csv")]] = True
    x, y = (np.array([float(row[name]) for row in rows]) for name in ("cp", "cp_new"))
    x = x.reshape(-1, 1)
    print(f"{len(rows)} Pokémon, their CP before and after evolution; figures are saved in {FOLDER}/")
    three_steps(x[ten], y[ten])
    surface(x[ten], y[ten])
    learning_rates(x[ten], y[ten])
    degrees(x[ten], y[ten], (x[~ten], y[~ten]))
    train = np.arange(len(rows)) % 2 == 0
    species_as_feature(rows, y, train)
    regularisation(rows, y, train)


if __name__ == "__main__":
    main()

"""How long fits take beside scikit-learn's and PyTorch's: second and later fits, one thread each, in turn."""

import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn import datasets, discriminant_analysis, linear_model, neural_network, svm
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import nn
from benchmarks.compiled.contestants import Peer

ROUNDS = 5
LONG = 20.0  # seconds of one fit: then one round will do
EQUAL = 1e-9  # relative to the loss
TOLERANCES = (1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
L2 = 0.01  # of logistic regressions


class Fit(NamedTuple):
    """A line of the table: our fit, theirs, and the ratio of times that counts as reached."""

    name: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    target: float
    rival: str = "scikit-learn"


def drawn(rows: int, columns: int, classes: int) -> tuple[Any, Any]:
    """Rows of several classes that no plane separates."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, columns))
    score = X @ rng.normal(size=(columns, classes)) + 2 * rng.gumbel(size=(rows, classes))
    return X, np.argmax(score, axis=1)


def standardised(load: Callable[..., Any]) -> tuple[Any, Any]:
    X, y = load(return_X_y=True)
    return StandardScaler().fit_transform(X), y


SETS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "iris": lambda: standardised(datasets.load_iris),
    "wine": lambda: standardised(datasets.load_wine),
    "breast cancer": lambda: standardised(datasets.load_breast_cancer),
    "digits": lambda: standardised(datasets.load_digits),
    "40 classes": lambda: drawn(2000, 20, 40),
    "10⁴ × 20": lambda: drawn(10**4, 20, 2),
    "10⁵ × 50": lambda: drawn(10**5, 50, 2),
    "10⁶ × 20": lambda: drawn(10**6, 20, 2),
}
SEVEN = ("iris", "wine", "breast cancer", "digits", "40 classes", "10⁴ × 20", "10⁵ × 50")


def cross_entropy(model: Any, X: Any, y: Any, l2: float) -> float:
    """The goodness of a logistic regression, by hand."""
    Z = X @ model.coef_.T + model.intercept_
    Z = np.column_stack([np.zeros(len(Z)), Z]) if Z.shape[1] == 1 else Z
    own = Z[np.arange(len(y)), y]
    return float(np.mean(np.logaddexp.reduce(Z, axis=1) - own) + l2 / 2 * np.sum(model.coef_**2))


def ours() -> Any:
    """Our logistic regression."""
    return nn.LogisticRegression(l2=L2, threads=1)


def theirs(rows: int, tol: float) -> Any:
    """scikit-learn's, with the same penalty on so many rows."""
    return linear_model.LogisticRegression(C=1 / (L2 * rows), tol=tol, max_iter=10_000)


def tolerance(X: Any, y: Any) -> float:
    """The first with which scikit-learn's loss is equal to ours."""
    least = cross_entropy(ours().fit(X, y), X, y, L2)
    reached = (
        tol for tol in TOLERANCES if cross_entropy(theirs(len(X), tol).fit(X, y), X, y, L2) <= least * (1 + EQUAL)
    )
    return next(reached, TOLERANCES[-1])


def logistic(name: str) -> Fit:
    """Logistic regression, with scikit-learn's lbfgs at the tolerance that reaches our loss."""
    X, y = SETS[name]()
    tol = tolerance(X, y)
    other = theirs(len(X), tol)
    title = f"logistic regression, {name} (tol = {tol:g})"
    return Fit(title, lambda: ours().fit(X, y), lambda: other.fit(X, y), 1.5)


def search() -> Fit:
    """Ten penalties by five folds."""
    X, y = SETS["breast cancer"]()
    strengths = np.logspace(-4, 0, 10)
    theirs = linear_model.LogisticRegression(tol=1e-6, max_iter=10_000)
    return Fit(
        "grid search, breast cancer",
        lambda: GridSearchCV(nn.LogisticRegression(threads=1), {"l2": strengths}, cv=5).fit(X, y),
        lambda: GridSearchCV(theirs, {"C": 1 / (strengths * len(X) * 0.8)}, cv=5).fit(X, y),
        2.0,
    )


def closed_forms() -> Iterator[Fit]:
    """Least squares, ridge regression, Gaussians."""
    X, y = drawn(10**5, 20, 2)
    number = X @ np.arange(20.0) + y
    yield Fit(
        "least squares, 10⁵ × 20",
        lambda: nn.LinearRegression().fit(X, number),
        lambda: linear_model.LinearRegression().fit(X, number),
        1.5,
    )
    yield Fit(
        "ridge, 10⁵ × 20",
        lambda: nn.LinearRegression(l2=0.01).fit(X, number),
        lambda: linear_model.Ridge(alpha=len(X) * 0.005).fit(X, number),
        2.0,
    )
    for covariance, other in (
        ("shared", discriminant_analysis.LinearDiscriminantAnalysis),
        ("separate", discriminant_analysis.QuadraticDiscriminantAnalysis),
    ):
        yield Fit(
            f"Gaussians, {covariance} covariance, 10⁵ × 20",
            lambda covariance=covariance: nn.GaussianClassifier(covariance=covariance).fit(X, y),
            lambda other=other: other().fit(X, y),
            1.5,
        )


def margins() -> Iterator[Fit]:
    """Support vector machines: liblinear stops at its number of passes, far from the optimum; ours at it."""
    for name in ("breast cancer", "10⁴ × 20"):
        X, y = SETS[name]()
        theirs = svm.LinearSVC(loss="hinge", C=1 / (0.01 * len(X)), tol=1e-6, max_iter=10_000)
        yield Fit(
            f"support vector machine, {name}",
            lambda X=X, y=y: nn.LinearSVM(l2=0.01).fit(X, y),
            lambda X=X, y=y, theirs=theirs: theirs.fit(X, y),
            2.0,
        )


def networks(peer: Peer, folder: Path) -> Iterator[Fit]:
    """A hidden layer of 16, 20 passes in batches of 32, beside scikit-learn's and PyTorch's."""
    for name in SEVEN:
        X, y = SETS[name]()
        ours = nn.MLPClassifier(max_iter=20, random_state=0, threads=1)
        theirs = neural_network.MLPClassifier(
            (16,), batch_size=32, max_iter=20, n_iter_no_change=20, learning_rate_init=0.01, random_state=0
        )
        fit = lambda X=X, y=y, ours=ours: ours.fit(X, y)  # noqa: E731
        yield Fit(f"network, {name}", fit, lambda X=X, y=y, theirs=theirs: theirs.fit(X, y), 0.8)
        np.savez(folder / "rows.npz", X=X, y=y)
        settings = {"path": str(folder / "rows.npz"), "hidden": 16, "passes": 20, "batch": 32, "rate": 0.01}
        if peer.process is not None:
            elsewhere = lambda settings=settings: peer.ask(**settings)["seconds"]  # noqa: E731
            losses = f"losses {fit().history_[-1]:.2g} and {peer.ask(**settings)['loss']:.2g}"
            yield Fit(f"network, {name} ({losses})", fit, elsewhere, 0.5, "PyTorch eager")


def seconds(work: Callable[[], Any]) -> float:
    """The processor time of one fit; one in another process tells its own."""
    start = time.process_time()
    found = work()
    return found if isinstance(found, float) else time.process_time() - start


def line(fit: Fit) -> str:
    """The times of both, and their ratio, after one fit of each."""
    rounds = 1 if seconds(fit.ours) + seconds(fit.theirs) > LONG else ROUNDS
    pairs = [(seconds(fit.ours), seconds(fit.theirs)) for _ in range(rounds)]
    ours, theirs = (statistics.median(side) for side in zip(*pairs))
    ratio = statistics.median(a / b for a, b in pairs)
    told = f"{1e3 * ours:.1f} ms, {fit.rival} {1e3 * theirs:.1f} ms, ratio {ratio:.2f}, target ≤ {fit.target:g}"
    return f"    {fit.name}: {told}"


def main() -> None:
    """Print the table."""
    print("fits beside scikit-learn's, processor time: the median of later fits")
    peer = Peer("PyTorch", Path(__file__).with_name("fit_peers.py"))
    print(f"PyTorch {peer.about}")
    with threadpool_limits(1), warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        for name in SETS:
            print(line(logistic(name)), flush=True)
        print(line(search()), flush=True)
        for fit in (*closed_forms(), *margins()):
            print(line(fit), flush=True)
        for fit in networks(peer, Path(folder)):
            print(line(fit), flush=True)
    peer.close()

"""The page of gradient descent: its steps are those of gradient descent, and its slider shows each one's picture."""

import re
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from autograd import Value, draw, grad, mean
from autograd.drawing.training import MOST_PICTURES, Training
from nn import MLP, Adam

ROWS = [([0.0, 0.0], -1.0), ([0.0, 1.0], 1.0), ([1.0, 0.0], 1.0), ([1.0, 1.0], -1.0)]


def network() -> MLP:
    return MLP(2, [3, 1], activation="tanh", rng=1)


def cost(model: MLP) -> Value:
    C = mean([(model(x) - y) ** 2 for x, y in ROWS])
    C.label = "C"
    return C


def descent(model: MLP, steps: int, rate: float) -> list[float]:
    """The costs of gradient descent in a loop of its own."""
    costs = []
    for step in range(steps + 1):
        for p in model.parameters():
            p.grad = 0.0
        C = cost(model)
        C.backward()
        costs.append(C.data)
        for p in model.parameters() if step < steps else ():
            p.data -= rate * p.grad
    return costs


@pytest.fixture(scope="module")
def trained() -> Training:
    model = network()
    return draw.training(lambda: cost(model), names=model, steps=8, rate=0.3)


def test_the_steps_are_those_of_gradient_descent(trained: Training) -> None:
    model = network()
    assert trained.costs == descent(model, 8, 0.3)
    assert [frame.step for frame in trained.frames] == list(range(9))
    assert f"∂C/∂b = {model.layers[1].neurons[0].b.grad:.4g}" in trained.frames[-1].picture
    assert trained.caption == ""


@pytest.mark.parametrize("with_optimiser", [False, True])
def test_derivatives_of_inputs_are_those_of_the_step(with_optimiser: bool) -> None:
    model, x = network(), [Value(0.5, label="x1"), Value(-1.0, label="x2")]
    model(x).backward()  # what was there before does not count
    optimiser = Adam(model.parameters(), rate=0.1) if with_optimiser else None
    page = draw.training(lambda: (model(x) - 1.0) ** 2, names=model, steps=4, optimiser=optimiser)
    slope = grad(lambda x1: (model([x1, Value(-1.0)]) - 1.0) ** 2)(0.5)
    assert f"∂{page.output}/∂x1 = {slope:.4g}" in page.frames[-1].picture


@pytest.mark.parametrize(("hidden", "shown"), [(3, "stroke-width"), (12, "opacity")])  # lines, and heat maps
def test_a_weight_that_grows_is_seen_growing(hidden: int, shown: str) -> None:
    model = MLP(2, [hidden, 1], activation="tanh", rng=1)
    page = draw.training(
        lambda: sum(-abs(p) for p in model.parameters()) + 0 * model([1.0, 1.0]), names=model, steps=3, rate=0.5
    )  # every weight grows by as much in each step
    sizes = []
    for frame in page.frames:
        group = frame.picture.split('class="wire"' if shown == "stroke-width" else 'class="heat"')[1]
        sizes.append(next(float(text) for text in re.findall(f'{shown}="([0-9.]+)"', group)))
    assert sizes == sorted(set(sizes))


def test_an_optimiser_takes_the_steps() -> None:
    models = network(), network()
    optimisers = [Adam(model.parameters(), rate=0.1) for model in models]
    draw.training(lambda: cost(models[0]), names=models[0], steps=3, optimiser=optimisers[0])
    for _ in range(3):
        optimisers[1].zero_grad()
        cost(models[1]).backward()
        optimisers[1].step()
    assert [p.data for p in models[0].parameters()] == [p.data for p in models[1].parameters()]


def test_any_graph_can_be_trained_and_what_is_not_shown_is_said() -> None:
    w = Value(4.0, label="w")
    trained = draw.training(lambda: w * w, steps=200, rate=0.01)
    assert w.data == pytest.approx(4 * 0.98**200)
    assert trained.caption == f"{MOST_PICTURES} of 201 steps shown"
    assert trained.caption in trained.html()
    assert [trained.frames[0].step, trained.frames[-1].step] == [0, 200]


@pytest.mark.parametrize("cost", [lambda w: w**4, lambda w: (w * w).exp(), lambda w: (w - 3).log(), lambda w: w**3])
def test_divergence_ends_it_and_is_said(cost: Callable[[Value], Value]) -> None:
    w = Value(4.0, label="w")
    trained = draw.training(lambda: cost(w), steps=50, rate=10.0)
    assert len(trained.costs) < 50
    assert "diverged: at step" in trained.caption
    assert trained.caption.split(";")[-1].strip()[:20] in trained.html()


@pytest.mark.parametrize(
    ("cost", "steps", "error"),
    [(3.0, 5, TypeError), (lambda: 3.0, 5, TypeError), (lambda: Value(1.0) * 2, 0, ValueError)],
)
def test_what_cannot_be_trained_is_refused(cost: object, steps: int, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"draw\.training"):
        draw.training(cost, steps=steps)  # type: ignore[arg-type]


def test_it_is_a_page(trained: Training, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must end in \.html"):
        trained.save(tmp_path / "training.png")
    assert trained._repr_html_().startswith("<iframe")


def test_the_slider_and_the_keys_show_each_step(browser: webdriver.Chrome, trained: Training, tmp_path: Path) -> None:
    browser.get(trained.save(tmp_path / "training.html").as_uri())
    WebDriverWait(browser, 5).until(lambda b: b.find_element(By.ID, "slider").is_displayed())
    body, what, picture = (browser.find_element(By.CSS_SELECTOR, s) for s in ("body", "#what", "#picture"))
    assert what.text.startswith(f"step 0: C = {trained.costs[0]:.4g}")
    places = [float(browser.find_element(By.CSS_SELECTOR, "#now ellipse").get_attribute("cx") or 0)]
    for step in (1, 2):
        body.send_keys(Keys.ARROW_RIGHT)
        assert what.text.startswith(f"step {step}: C = {trained.costs[step]:.4g}")
        assert f"{trained.costs[step]:.4g}" in picture.text
        places.append(float(browser.find_element(By.CSS_SELECTOR, "#now ellipse").get_attribute("cx") or 0))
    assert places == sorted(set(places))
    body.send_keys(Keys.END)
    assert what.text.startswith(f"step 8: C = {trained.costs[8]:.4g}")
    slider = browser.find_element(By.ID, "slider")
    assert slider.get_attribute("aria-valuetext") == what.text
    script = "const t = performance.now(); arguments[0].value = arguments[1]; arguments[0].oninput();"
    times = [browser.execute_script(f"{script} return performance.now() - t", slider, step) for step in (3, 6, 2, 5, 4)]
    assert median(times) < 50
    assert what.text.startswith("step 4:")
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []

"""Every estimator on data other than plain tables of numbers: interpreted correctly, or refused by row and column."""

import warnings
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array
from sklearn.base import clone

import nn
from autograd import Value
from nn.estimators.data.checks import numbered
from tests.nn.estimators.test_conventions import ALL, CLASSIFIERS, REGRESSORS, X3, y3

DAYS = np.array(["2026-01-01", "2026-01-02", "NaT", "2026-01-04", "2026-01-05", "2026-01-06"], dtype="datetime64[D]")
TIMES = np.arange(6).astype("timedelta64[s]")


def table(second):
    """Six rows with columns a and b, where b is the argument."""
    return pandas.DataFrame({"a": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "b": second})


def with_cell(value):
    """Rows of objects with this value in row 1, column 0."""
    rows = [list(row) for row in X3]
    rows[1][0] = value
    return np.array([[*row, None] for row in rows], dtype=object)[:, :2]


NO_FEATURES = {
    "dates": (np.column_stack([DAYS, DAYS]), TypeError, "not a date or a time: 2026-01-01; .*: X in row 0, column 0"),
    "times": (np.column_stack([TIMES, TIMES]), TypeError, "not a date or a time: 0 seconds; .*: X in row 0, column 0"),
    "a column of dates": (table(DAYS), TypeError, "not a date or a time: 2026-01-01.*: X in row 0, column 'b'"),
    "a column of times": (table(TIMES), TypeError, "not a date or a time: .*: X in row 0, column 'b'"),
    "a date": (with_cell(date(2026, 1, 1)), TypeError, "a date or a time: 2026-01-01; .*: X in row 1, column 0"),
    "a time": (with_cell(timedelta(1)), TypeError, "a date or a time: 1 day.*: X in row 1, column 0"),
    "NaT": (with_cell(pandas.NaT), ValueError, "Input X contains NaN: nan in row 1, column 0"),
    "NumPy's NaT": (with_cell(np.datetime64("NaT", "s")), ValueError, "Input X contains NaN: nan in row 1, column 0"),
    "pandas' NA": (with_cell(pandas.NA), ValueError, "Input X contains NaN: nan in row 1, column 0"),
    "None": (with_cell(None), ValueError, "Input X contains NaN: nan in row 1, column 0"),
    "a NaN of 32 bits": (with_cell(np.float32("nan")), ValueError, "Input X contains NaN: nan in row 1, column 0"),
    "a decimal NaN": (with_cell(Decimal("NaN")), ValueError, "Input X contains NaN: nan in row 1, column 0"),
    "nullable": (
        table(pandas.array([1, 2, None, 4, 5, 6], dtype="Int64")), ValueError, "contains NaN: nan in row 2, column 'b'"
    ),
    "masked": (
        np.ma.masked_equal(np.array(X3), 4.0), ValueError, "X contains NaN: it is masked in row 4, column 0; fill it"
    ),
    "digits": (np.array(X3).astype(str), ValueError, "could not convert string to float: .* is text; .*row 0"),
    "digits as objects": (with_cell("1.5"), ValueError, "not convert string to float: '1.5' is text; .*: X in row 1"),
    "a column of digits": (table(list("123456")), ValueError, "'1' is text; .*: X in row 0, column 'b'"),
    "categories": (table(pandas.Categorical(list("aabbab"))), ValueError, "'a' is text; .*: X in row 0, column 'b'"),
    "complex": (np.array(X3) + 1j, ValueError, "Complex data not supported: X is complex"),
    "a complex number": (with_cell(1j), ValueError, "Complex data not supported: 1j: X in row 1, column 0"),
    "more than a float": (with_cell(10**400), ValueError, "int too large to convert to float: X in row 1, column 0"),
    "more than a double": (np.array(X3, dtype=np.longdouble) * np.longdouble("1e4000"), ValueError, "infinity or"),
    "a Value": (with_cell(Value(1.0)), TypeError, r"\.data.*: X in row 1, column 0"),
    "a dict": (with_cell({"a": 1}), TypeError, "float.. argument must be .*: X in row 1, column 0"),
    "sparse": (csr_array(X3), TypeError, r"Sparse data was passed for X, .*: use X.toarray\(\)"),
    "one dimension": (np.arange(6.0), ValueError, "Expected 2D array for X, got 1D array"),
    "three dimensions": (np.ones((6, 2, 1)), ValueError, "Expected 2D array for X, got 3D array"),
    "a word": ("abc", ValueError, "'abc'.*in place of a table: pass rows of numbers"),
    "a generator": (iter(X3), TypeError, "in place of a table: pass rows of numbers"),
    "text and other names": (
        table(range(6)).rename(columns={"a": 0}), TypeError, "Feature names are only supported if all input"
    ),
}  # fmt: skip


@pytest.mark.parametrize("estimator", ALL, ids=repr)
@pytest.mark.parametrize("what", NO_FEATURES)
def test_what_are_no_features_are_refused_by_row_and_column(estimator, what: str) -> None:
    X, error, message = NO_FEATURES[what]
    with pytest.raises(error, match=message):
        clone(estimator).fit(X, y3)


NO_TARGETS = {
    "NaN": ([0, 1, float("nan"), 1, 0, 1], "y contains NaN"),
    "NaN among text": (["a", "b", float("nan"), "b", "a", "b"], "y contains NaN|could not convert string to float"),
    "None": ([0, 1, None, 1, 0, 1], "y contains NaN"),
    "None among text": (["a", "b", None, "b", "a", "b"], "y contains NaN|could not convert string to float"),
    "NaT": (DAYS, "y contains NaN|not a date or a time"),
    "nullable": (pandas.Series([0, 1, None, 1, 0, 1], dtype="Int64"), "y contains NaN"),
    "nullable text": (pandas.Series(["a", "b", None, "b", "a", "b"]), "y contains NaN|could not convert"),
    "nullable truth": (pandas.Series([True, False, None, True, False, True], dtype="boolean"), "y contains NaN"),
    "masked": (np.ma.masked_array(y3, mask=[0, 0, 1, 0, 0, 0]), "y contains NaN: it is masked in row 2"),
    "infinity": ([0.0, 1.0, float("inf"), 1.0, 0.0, 1.0], "y contains infinity"),
    "infinity as an object": (np.array([0, 1, float("inf"), 1, 0, 1], dtype=object), "y contains infinity"),
    "complex": (np.array(y3) + 1j, "Complex data not supported"),
    "sparse": (csr_array([y3]), "Sparse data was passed for y"),
    "three dimensions": (np.ones((6, 2, 1)), "y should be a 1d array"),
}


@pytest.mark.parametrize("estimator", ALL, ids=repr)
@pytest.mark.parametrize("what", NO_TARGETS)
def test_what_are_no_targets_are_refused_in_fit_and_in_score(estimator, what: str) -> None:
    y, message = NO_TARGETS[what]
    with pytest.raises((ValueError, TypeError), match=message):
        clone(estimator).fit(X3, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = clone(estimator).fit(X3, y3)
    with pytest.raises((ValueError, TypeError), match=message):
        model.score(X3, y)


@pytest.mark.parametrize("estimator", REGRESSORS, ids=repr)
@pytest.mark.parametrize("y", [TIMES, list("123456"), np.array(list("123456"))], ids=["times", "list", "digits"])
def test_a_regression_is_on_numbers(estimator, y) -> None:
    with pytest.raises((ValueError, TypeError), match=r"not a date or a time.*: y in row 0|is text.*: y in row 0"):
        clone(estimator).fit(X3, y)


@pytest.mark.parametrize("y", [[0, "a", 1, "a", 0, 1], np.array([0.5, 1, 0, 1, 0, 1], dtype=object)])
@pytest.mark.parametrize("estimator", CLASSIFIERS, ids=repr)
def test_classes_are_of_one_kind(estimator, y) -> None:
    with pytest.raises(ValueError, match="Unknown label type"):
        clone(estimator).fit(X3, y)


@pytest.mark.parametrize("y", [list("010101"), [str(label) for label in y3]])
def test_a_score_tells_text_from_numbers(y) -> None:
    with pytest.raises(ValueError, match="y holds '0', and the classes are like 0"):
        nn.RegressionClassifier().fit(X3, y3).score(X3, y)


SAME = {
    "truth": np.array(X3) > 1.5,
    "objects": np.array(X3, dtype=object),
    "fractions": np.array([[Fraction(v) for v in row] for row in X3], dtype=object),
    "nothing masked": np.ma.masked_array(X3, mask=False),
    "nullable without a gap": pandas.DataFrame(X3).astype("Float64").to_numpy(),
    "whole numbers": np.array(X3).astype(np.uint8),
    "halves": np.array(X3).astype(np.float16),
}


@pytest.mark.parametrize("what", SAME)
@pytest.mark.parametrize("estimator", [nn.LinearRegression(), nn.RegressionClassifier()], ids=repr)
def test_numbers_are_numbers_in_whatever_form(estimator, what: str) -> None:
    model = clone(estimator).fit(SAME[what], y3)
    plain = clone(estimator).fit(SAME[what].astype(float), y3)
    assert np.array_equal(model.coef_, plain.coef_)
    assert np.array_equal(model.predict(SAME[what]), plain.predict(SAME[what].astype(float)))


NAMES = [["hp", "cp"], [2020, 2021], [("a", 1), ("a", 2)], list(pandas.to_datetime(["2020", "2021"]))]


@pytest.mark.parametrize("names", NAMES, ids=str)
@pytest.mark.parametrize("estimator", [nn.LinearRegression(), nn.GaussianClassifier()], ids=repr)
def test_columns_are_held_to_their_names_whatever_names_are(estimator, names) -> None:
    def named(columns):
        X = pandas.DataFrame(np.array(X3))
        X.columns = pandas.Index(columns, tupleize_cols=False)
        return X

    model = clone(estimator).fit(named(names), y3)
    assert hasattr(model, "feature_names_in_") == isinstance(names[0], str)
    asked = [model.predict, lambda X: model.score(X, y3)]
    asked += [model.predict_proba] if hasattr(model, "predict_proba") else []
    for ask in asked:
        ask(named(names))
        with pytest.raises(ValueError, match=r"feature names should match.*\nFeature names must be in the same order"):
            ask(named(names[::-1]))
        with pytest.raises(
            ValueError, match=r"feature names should match.*\nFeature names unseen at fit time:\n- other"
        ):
            ask(named([names[0], "other"]) if isinstance(names[0], str) else named(["other", "others"]))
        with pytest.raises(ValueError, match=r"feature names should match.*\nFeature names seen .* yet now missing:"):
            ask(named(names).iloc[:, :1])
        with pytest.warns(UserWarning, match="X does not have valid feature names"):
            ask(np.array(X3))


def test_names_that_only_count_are_none() -> None:
    model = nn.LinearRegression().fit(pandas.DataFrame(X3), y3)
    assert np.array_equal(model.predict(np.array(X3)), model.predict(pandas.DataFrame(X3)))


whole = st.integers(-4, 4) | st.sampled_from([-128, 127])


@given(st.sampled_from(["i1", "i2", "i8"]).flatmap(lambda kind: arrays(kind, st.integers(1, 300), elements=whole)))
def test_classes_are_numbered_as_numpy_does(y) -> None:
    for got, want in zip(numbered(y), np.unique(y, return_inverse=True), strict=True):
        assert got.dtype == want.dtype and got.tolist() == want.tolist()

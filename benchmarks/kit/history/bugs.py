"""A wrong derivative that a public project once had, rebuilt from its report, without other code of the repository."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

BUGS: list[Bug] = []


@dataclass(frozen=True)
class Bug:
    """A function, its derivative as it was reported, and the right one, in the `form` of an option of check_gradients.

    `wrong_in` names the parameters whose derivative is wrong; `more` holds other options, such as a right `grad`.
    """

    source: str
    f: Callable[..., Any]
    wrong: Callable[..., Any]
    right: Callable[..., Any]
    domain: Any = None
    form: str = "grad"
    wrong_in: tuple[str, ...] = ("x",)
    more: dict[str, Callable[..., Any]] | None = None


def bug(source: str, wrong: Any, right: Any, domain: Any = None, wrong_in: str = "x", **options: Any) -> Any:
    """Add a function to the bugs: `source` is a project and the number of an issue or a pull request."""

    def enter(f: Callable[..., Any]) -> Callable[..., Any]:
        BUGS.append(Bug(source, f, wrong, right, domain, wrong_in=tuple(wrong_in.split()), **options))
        return f

    return enter

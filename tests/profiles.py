"""The number of examples per law: AUTOGRAD_PROFILE is "default", for every run, or "deep", for a long one.

Both are derandomized, so that everybody can reproduce a failure.
"""

import os

from hypothesis import HealthCheck, Phase, settings

NAME = os.environ.get("AUTOGRAD_PROFILE", "default")
DEEP = NAME == "deep"

COMMON = {
    "derandomize": True,
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow],  # speed depends on the machine
    # Which numbers of a smallest counterexample do not matter is two thirds of the time of a search, and only printed.
    "phases": [phase for phase in Phase if phase is not Phase.explain],
}

settings.register_profile("default", max_examples=100, **COMMON)
settings.register_profile("deep", max_examples=1000, **COMMON)


def costly(count: int, deep: int = 0) -> settings:
    """That many examples of a costly law; in a long run `deep`, or ten times as many."""
    return settings(max_examples=(deep or 10 * count) if DEEP else count)


def load() -> None:
    """Load the chosen profile."""
    settings.load_profile(NAME)

"""How many examples a law is tried on: AUTOGRAD_PROFILE is "default", for every run, or "deep", for a long one.

Both are derandomized: a failure is one that everybody can repeat.
"""

import os

from hypothesis import HealthCheck, settings

NAME = os.environ.get("AUTOGRAD_PROFILE", "default")
DEEP = NAME == "deep"

COMMON = {
    "derandomize": True,
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow],  # what is slow on one machine is not on another
}

settings.register_profile("default", max_examples=100, **COMMON)
settings.register_profile("deep", max_examples=1000, **COMMON)


def load() -> None:
    """Make the chosen profile the one in force."""
    settings.load_profile(NAME)

"""How thorough the tests are: AUTOGRAD_PROFILE=deep asks for many more points."""

import os

DEEP = os.environ.get("AUTOGRAD_PROFILE") == "deep"

"""python -m benchmarks kit: the kit on other people's code."""

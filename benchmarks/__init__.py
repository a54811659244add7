"""Prints every figure in docs/benchmarks.md, side by side with its peers: python -m benchmarks NAME."""

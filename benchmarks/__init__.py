"""Every figure in the README, side by side with its peers: python -m benchmarks NAME."""

"""Stand-ins: for each function of Python's, NumPy's and SciPy's, what takes its place in lifted code."""

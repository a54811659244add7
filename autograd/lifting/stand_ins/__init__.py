"""Stand-ins: the replacements for functions of Python, NumPy and SciPy in lifted code."""

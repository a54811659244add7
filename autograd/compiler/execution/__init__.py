"""Execution on NumPy: array kernels, memory, and the executor that binds a rolled program to both."""

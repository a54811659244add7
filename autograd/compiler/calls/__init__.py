"""Calls: from a function and its arguments to a plan, an executor, and results in their structure."""

"""Judges a derivative against the evidence: the verdict, the operation to blame, and the message."""

"""Judging: a derivative beside the evidence, the verdict, what is to blame, and the message."""

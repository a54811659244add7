"""One demo per file: python -m demos.NAME."""

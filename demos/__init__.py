"""One story a file: python -m demos.NAME."""

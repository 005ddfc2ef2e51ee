"""The explainability checks, one a file."""

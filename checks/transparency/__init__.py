"""The transparency checks, one a file."""

"""The bias checks, one a file."""

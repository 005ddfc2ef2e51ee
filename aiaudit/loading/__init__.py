"""Readers of data and models; trust is decided here, before anything runs."""

"""Checks of the data, before any model."""

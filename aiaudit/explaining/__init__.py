"""Shapley attributions in the user's own columns, for any model that can be called."""

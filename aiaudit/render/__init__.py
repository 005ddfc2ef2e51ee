"""Renderers: a record in, text out; they compute nothing."""

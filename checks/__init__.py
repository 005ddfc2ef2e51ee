"""Checks: each measures one thing and knows no threshold."""

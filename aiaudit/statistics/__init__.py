"""Intervals, tests, multiplicity and power: pure functions of counts."""

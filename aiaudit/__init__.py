"""Responsible-AI audits of scikit-learn models: measure, judge, advise, render."""

__version__ = "0.1.0"

"""Why a model file is not opened."""

from __future__ import annotations


class Refusal(Exception):
    """The file is not opened, or the model it holds cannot be used.

    Parameters
    ----------
    message : str
        What is wrong, on one line.
    hint : str
        How to mend it, on one line.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

"""Columns that name a person, or that belong to a special category: told by their names and values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pandas as pd

#: Rows whose values are looked at.
LOOKED = 100_000

#: Words of a column's name, in a row, that say what it holds. The first kind that fits counts.
IDENTIFIERS: Mapping[str, tuple[str, ...]] = {
    "e-mail address": ("email", "e mail", "mail address"),
    "network address": ("ip", "ip address", "mac address", "device id", "cookie id"),
    "telephone number": ("phone", "phone number", "telephone", "mobile", "mobile number", "telefon"),
    "date of birth": ("birthdate", "birth date", "birthday", "dob", "date of birth", "geburtsdatum"),
    "national or tax number": (
        *("ssn", "social security", "social security number", "national id", "passport", "passport number"),
        *("tax id", "tax number", "nino", "personnummer", "driver license", "driving licence"),
    ),
    "account or card number": ("iban", "account number", "card number", "credit card", "kontonummer"),
    "postal address": (
        "address",
        "home address",
        "street",
        "street address",
        "postal address",
        "adresse",
        "strasse",
    ),
    "name of a person": (
        *("name", "first name", "last name", "full name", "surname", "forename", "given name"),
        *("family name", "vorname", "nachname", "applicant name", "customer name", "employee name"),
    ),
    "number of a person": (
        *("customer id", "user id", "employee id", "applicant id", "person id", "client id"),
        *("patient id", "member id", "candidate id", "borrower id"),
    ),
}
#: Names that a column must bear as a whole: as a part of another name they say something else.
_WHOLE = frozenset({"name", "address", "ip", "mobile", "street", "phone", "telephone", "telefon"})
SPECIAL: Mapping[str, tuple[str, ...]] = {
    "racial or ethnic origin": ("race", "ethnicity", "ethnic group", "ethnic origin", "skin colour"),
    "political opinion": ("political", "political opinion", "party membership"),
    "religion or belief": ("religion", "religious", "faith", "belief"),
    "trade union membership": ("union member", "union membership", "trade union"),
    "genetic or biometric data": ("genetic", "genome", "biometric", "fingerprint", "face template"),
    "health": (
        "health",
        "diagnosis",
        "illness",
        "disability",
        "disabled",
        "pregnant",
        "pregnancy",
        "medication",
    ),
    "sex life or orientation": ("sexual orientation", "sexuality", "orientation"),
}
_SHARE, _FEWEST = 0.8, 5
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_IP = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|\(|00)[\d\s()./-]{7,20}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


def words_of(column: str) -> str:
    """Return the words of a column's name, in small letters with spaces: ``MaritalStatus`` is two."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column)
    return re.sub(r"[\W_]+", " ", spaced).strip().lower()


def identifier_by_name(column: str) -> str | None:
    """Return which direct identifier a column's name promises, None where it promises none."""
    return _named(column, IDENTIFIERS)


def special_by_name(column: str) -> str | None:
    """Return which special category (GDPR Art. 9) a column's name promises, None where it promises none."""
    return _named(column, SPECIAL)


def identifier_by_value(values: Iterable[str]) -> str | None:
    """Return which direct identifier at least four fifths of some texts are, None where they are none.

    Parameters
    ----------
    values : iterable of str
        Different values of one column; fewer than five say nothing.
    """
    texts = [text.strip() for text in values]
    if len(texts) < _FEWEST:
        return None
    for kind, fits in _KINDS.items():
        if sum(map(fits, texts)) >= _SHARE * len(texts):
            return kind
    return None


def personal(values: pd.Series) -> str | None:
    """Return which direct identifier or special category a column holds, None where it looks like none."""
    return identifier(values) or special_by_name(str(values.name))


def identifier(values: pd.Series) -> str | None:
    """Return which direct identifier a column is by its name, or by the first `LOOKED` values of its text."""
    by_name = identifier_by_name(str(values.name))
    if by_name and values.nunique() < min(_FEWEST, len(values)):
        # Whether somebody has a telephone is no telephone number.
        return None
    if by_name or pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return by_name
    return identifier_by_value([str(v) for v in values.head(LOOKED).dropna().unique()])


def _named(column: str, kinds: Mapping[str, tuple[str, ...]]) -> str | None:
    words = words_of(column)
    for kind, names in kinds.items():
        for name in names:
            if words == name or (name not in _WHOLE and f" {name} " in f" {words} "):
                return kind
    return None


def _is_iban(text: str) -> bool:
    compact = text.replace(" ", "").upper()
    if not _IBAN.fullmatch(compact):
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    """Return whether a text is digits with Luhn's check digit, as many as a payment card has."""
    digits = [int(c) for c in re.sub(r"[ -]", "", text) if c.isdigit()]
    if not 13 <= len(digits) <= 19 or re.search(r"[^\d -]", text):
        return False
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


_KINDS = {
    "e-mail address": lambda text: bool(_EMAIL.fullmatch(text)),
    "account or card number": lambda text: _is_iban(text) or _is_card(text),
    "network address": lambda text: bool(_IP.fullmatch(text)),
    "telephone number": lambda text: bool(_PHONE.fullmatch(text)),
    "number of a person": lambda text: bool(_UUID.fullmatch(text)),
}

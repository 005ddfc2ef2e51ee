"""What the name of a column may say about it, in the languages that small businesses keep tables in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from unicodedata import combining, normalize

from aiaudit.personal import words_of

#: Words of a protected column's name, without accents; the first kind that fits counts.
PROTECTED: Mapping[str, tuple[str, ...]] = {
    "sex or gender": (
        *("sex", "gender", "female", "male", "woman", "women", "transgender", "geschlecht", "sexe"),
        *("sexo", "genero", "sesso", "genere", "geslacht", "kon", "plec", "kjonn", "sukupuoli"),
    ),
    "race, colour or ethnic origin": (
        *("race", "rac1 p", "ethnicity", "ethnic", "skin colour", "skin color", "nonwhite", "hispanic"),
        *("latino", "caste", "indigenous", "rasse", "ethnie", "etnia", "raza", "razza", "raca", "etniciteit"),
        *("ethnizitat", "etnicidad", "hautfarbe"),
    ),
    "age": (
        *("age", "ages", "agep", "age group", "birth year", "year of birth", "birthdate", "birth date"),
        *("date of birth", "dob", "senior citizen", "alter", "altersgruppe", "geburtsjahr", "geburtsdatum"),
        *("edad", "idade", "leeftijd", "wiek", "alder", "eta", "annee de naissance"),
    ),
    "disability or health": (
        *("disability", "disabled", "handicap", "handicapped", "health", "diagnosis", "pregnant"),
        *("pregnancy", "behinderung", "schwerbehindert", "discapacidad", "disabilita", "deficiencia"),
        *("niepelnosprawnosc", "schwanger"),
    ),
    "religion or belief": (
        *("religion", "religious", "faith", "belief", "denomination", "konfession", "religione", "religiao"),
        *("godsdienst", "wyznanie"),
    ),
    "nationality, origin or language": (
        *("nationality", "citizenship", "citizen", "country of birth", "native country", "birthplace"),
        *("place of birth", "pobp", "foreign", "foreigner", "immigrant", "migration", "native language"),
        *("mother tongue", "national origin", "staatsangehorigkeit", "nationalitat", "herkunft"),
        *("muttersprache", "nationalite", "nacionalidad", "nazionalita", "nacionalidade", "nationaliteit"),
        *("ciudadania", "cittadinanza", "obywatelstwo"),
    ),
    "marital or family status": (
        *("marital", "marriage", "married", "civil status", "family status", "familienstand", "verheiratet"),
        *("etat civil", "situation familiale", "estado civil", "stato civile", "burgerlijke staat"),
        *("stan cywilny",),
    ),
    "sexual orientation": ("sexual orientation", "sexuality", "sexuelle orientierung"),
    "opinion or union": ("political", "party membership", "union member", "trade union", "gewerkschaft"),
    "veteran status": ("veteran", "military status"),
}
#: Things that have an age, a race or an origin of their own.
_THINGS = frozenset(
    [
        "account",
        "loan",
        "vehicle",
        "automobile",
        "car",
        "property",
        "building",
        "house",
        "home",
        "equipment",
        "product",
        "file",
    ]
)
TARGET = (
    *("target", "label", "outcome", "decision", "approved", "approval", "hired", "admitted", "granted"),
    *("accepted", "selected", "default", "defaulted", "churn", "churned", "attrition", "fraud", "repaid"),
    *("credit risk", "credit class", "result", "loan status", "promoted", "recidivism", "entscheidung"),
    *("zielvariable", "resultat", "resultado", "decisione", "decisao", "besluit", "cible", "objetivo"),
)
#: A name as a whole that says "outcome"; as a part of another name it says something else.
_TARGET_WHOLE = frozenset({"y", "class", "status", "ziel"})
WELCOME = frozenset(
    [
        "approved",
        "approval",
        "hired",
        "admitted",
        "granted",
        "accepted",
        "selected",
        "promoted",
        "paid",
        "repaid",
        "eligible",
        "qualified",
    ]
)
UNWELCOME = frozenset(
    [
        "default",
        "defaulted",
        "churn",
        "churned",
        "attrition",
        "fraud",
        "rejected",
        "denied",
        "refused",
        "delinquent",
        "delinquency",
        "recidivism",
        "dropout",
        "dismissed",
        "terminated",
        "late",
    ]
)
IDENTIFIER = frozenset({"id", "ids", "uuid", "guid", "key", "index", "identifier", "kennung"})
WEIGHT = ("sample weight", "survey weight", "fnlwgt", "pwgtp", "weights", "case weight", "gewichtung")
CONTROL = ("department", "job role", "job level", "grade", "branch", "abteilung", "departement", "product")
#: Words of columns that speak of a field of use.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "employment": (
        *("job", "hired", "hire", "salary", "employee", "department", "attrition", "candidate", "recruiter"),
        *("interview", "resume"),
    ),
    "credit": ("loan", "credit", "mortgage", "debt", "default", "borrower", "lender", "repaid", "bankruptcy"),
}


def plain(column: str) -> str:
    """Return the words of a column's name in small letters, without accents."""
    return words_of("".join(c for c in normalize("NFKD", column) if not combining(c)))


def protected_kind(column: str) -> str | None:
    """Return which protected characteristic a column's name speaks of, None where it speaks of none."""
    name = plain(column)
    if _THINGS.intersection(name.split()):
        return None
    return next((kind for kind, words in PROTECTED.items() if speaks(name, words)), None)


def target_like(column: str) -> bool:
    """Return whether a column's name says that it holds outcomes or decisions."""
    name = plain(column)
    return name in _TARGET_WHOLE or speaks(name, TARGET)


def speaks(name: str, words: Collection[str]) -> bool:
    """Return whether one of some words, or of some phrases, stands in a plain name."""
    return any(f" {word} " in f" {name} " for word in words)

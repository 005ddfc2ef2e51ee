"""Principal reasons: a scorecard by hand, and what a reason may never be."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiaudit.errors import UsageError
from aiaudit.explaining.attribute import Attributions, attribute
from aiaudit.explaining.decision import Budget, common, explain_decision, explain_decisions
from aiaudit.explaining.dictionary import Column, Dictionary, load_dictionary
from aiaudit.explaining.letters import blanks, letter
from aiaudit.explaining.listed import lines as listed
from aiaudit.explaining.listed import to_csv, to_parquet
from aiaudit.explaining.reasons import baselines, principal, protected_pull
from aiaudit.explaining.telling import to_json, to_text, value_text
from aiaudit.explaining.wording import Fault, fault
from aiaudit.loading.models import LocalModel
from aiaudit.testing import subject_of

#: Points for each answer; 100 or more pass.
CARD = {
    "residence": {"under 1 year": 10, "1 to 5 years": 25, "over 5 years": 40},
    "income": {"low": 10, "middle": 30, "high": 50},
    "cards": {"none": 5, "one": 20, "several": 30},
    "colour": {"red": 0, "blue": 0},
}
PASS = 85
WORDS = Dictionary(
    columns={
        "residence": Column(reason="Length of residence", immutable=True),
        "income": Column(reason="Income insufficient for the amount requested"),
        "cards": Column(reason="Number of credit references"),
    }
)


class Scorecard:
    """Points, added up; and a decision."""

    classes_ = np.array(["denied", "approved"])

    def points(self, table):
        return sum(table[c].map(points).to_numpy(float) for c, points in CARD.items())

    def decision_function(self, table):
        return self.points(table) - PASS

    def predict(self, table):
        return np.where(self.points(table) >= PASS, "approved", "denied")


def applicants():
    """Every combination of answers once: means over all are means over answers."""
    index = pd.MultiIndex.from_product([list(answers) for answers in CARD.values()], names=list(CARD))
    return index.to_frame(index=False)


def scored(table=None, **sensitive):
    table = applicants() if table is None else table
    model = LocalModel(Scorecard())
    groups = {name: list(values) for name, values in sensitive.items()}
    return subject_of(groups, list(model.predict(table)), favorable="approved", features=table, model=model)


def row_of(table, **answers):
    return int(np.flatnonzero((table[list(answers)] == pd.Series(answers)).all(axis=1))[0])


def test_the_scorecard_by_hand():
    """Points below the average of all: 25 on residence, 30 on income, 55 / 3 on cards."""
    subject = scored()
    row = row_of(subject.features, residence="under 1 year", income="low", cards="one", colour="red")
    everyone, passing = explain_decision(subject, row, WORDS).compared
    assert everyone.found.exact
    assert [r.column for r in everyone.reasons] == ["income", "residence"]
    np.testing.assert_allclose([r.attribution for r in everyone.reasons], [10 - 30, 10 - 25])
    # One reference card is worth 20, more than the average of 55 / 3: it helped and is no reason.
    assert everyone.found.values[0, 2] == pytest.approx(20 - 55 / 3)
    # Of the 54 combinations, those who pass with the fewest points: 85, 90 and so on, twenty at least.
    points = Scorecard().points(subject.features)
    just = np.sort(points[points >= PASS])[:20]
    np.testing.assert_array_equal(np.sort(points[passing.baseline.rows]), just)
    means = [subject.features.iloc[passing.baseline.rows][c].map(CARD[c]).mean() for c in CARD]
    np.testing.assert_allclose(passing.found.values[0], np.array([10, 10, 20, 0]) - means, atol=1e-9)
    assert [r.column for r in passing.reasons][:2] == ["income", "residence"]
    assert common(everyone.reasons, passing.reasons) >= 2 / 3


def test_who_just_passed_is_bounded_and_scored():
    subject = scored(pd.concat([applicants()] * 10, ignore_index=True))
    everyone, passing = baselines(subject)
    assert len(everyone.rows) == 540
    passed = int(subject.selected.sum())
    assert len(passing.rows) == max(20, int(0.1 * passed))
    assert f"of {passed}" in passing.described
    assert Scorecard().points(subject.features)[passing.rows].max() <= PASS + 5
    denied = replace(subject, predicted=np.full(subject.n, subject.classes.index("denied"), np.uint16))
    assert [b.name for b in baselines(denied)] == ["all"]


def test_many_rows_are_explained_a_few_at_a_time(monkeypatch):
    monkeypatch.setattr("aiaudit.explaining.decision.FEW", 4)
    subject = scored()
    rows = np.flatnonzero(~subject.selected)[:10]
    told = list(explain_decisions(subject, rows))
    assert [one.row for one in told] == list(rows)
    again = list(explain_decisions(subject, rows[3:4]))
    np.testing.assert_allclose(
        told[3].compared[0].found.values, again[0].compared[0].found.values, atol=1e-12
    )
    assert len(list(explain_decisions(subject, rows, None, Budget(rows=6)))) == 6


def test_an_irrelevant_column_changes_no_reason():
    subject = scored()
    answers = {"residence": "under 1 year", "income": "low", "cards": "none"}
    rows = [row_of(subject.features, colour=colour, **answers) for colour in ("red", "blue")]
    one, other = explain_decisions(subject, rows)
    for mine, theirs in zip(one.compared, other.compared, strict=True):
        assert mine.reasons == theirs.reasons
        assert "colour" not in [r.column for r in mine.reasons]


def found_with(values, errors=None):
    values = np.array([values], float)
    return Attributions(
        columns=tuple("abcdefg"[: values.shape[1]]),
        values=values,
        errors=np.zeros_like(values) if errors is None else np.array([errors], float),
        base=0.0,
        outputs=values.sum(axis=1),
        output="points",
        engine="by hand",
        exact=errors is None,
        not_looked_into="",
        background=1,
        additivity=0.0,
    )


def columns_of(found, protected=()):
    return [r.column for r in principal(found, 0, range(len(found.columns)), protected)]


def test_at_most_four_and_never_what_helped():
    assert columns_of(found_with([-1, 5, -3, -2, -4, -5, -6])) == ["g", "f", "e", "c"]
    assert columns_of(found_with([1, 2, 0])) == []


@given(
    st.lists(
        st.tuples(st.floats(-10, 10), st.sampled_from([0.0, 0.1, 3.0]), st.booleans()), min_size=1, max_size=7
    )
)
def test_whatever_counted(drawn):
    pulls, errors, barred = (list(part) for part in zip(*drawn, strict=True))
    protected = {"abcdefg"[j] for j, hidden in enumerate(barred) if hidden}
    reasons = principal(found_with(pulls, errors), 0, range(len(pulls)), protected)
    assert len(reasons) <= 4
    assert not protected & {r.column for r in reasons}
    assert all(r.attribution + 2 * r.error < 0 for r in reasons)
    weights = [round(r.attribution, 12) for r in reasons]
    assert weights == sorted(weights)
    # Nothing that could be told and weighs more was left out.
    told = {r.column for r in reasons}
    left = [
        p
        for p, e, c in zip(pulls, errors, "abcdefg", strict=False)
        if c not in told | protected and p + 2 * e < 0
    ]
    heavy = [p for p in left if -p >= 0.05 * -sum(min(p, 0) for p in pulls)]
    assert not heavy or (len(reasons) == 4 and min(heavy) >= reasons[-1].attribution - 1e-9)


def test_a_protected_column_is_withheld_and_said():
    found = found_with([-5, -3, -1])
    assert columns_of(found, {"a"}) == ["b", "c"]
    assert protected_pull(found, 0, {"a"}) == ("a",)
    assert protected_pull(found_with([5, -3]), 0, {"a"}) == ()


def test_what_is_slight_or_unsure_is_no_principal_reason():
    assert columns_of(found_with([-100, -1])) == ["a"]
    assert columns_of(found_with([-10, -8], [1, 5])) == ["a"]


def test_reasons_do_not_depend_on_the_seed_when_exact():
    subject = scored()
    row = row_of(subject.features, residence="under 1 year", income="low", cards="none", colour="red")
    reasons = [
        [r.column for r in explain_decision(replace(subject, seed=s), row, WORDS).compared[0].reasons]
        for s in range(3)
    ]
    assert reasons[0] == reasons[1] == reasons[2] == ["income", "residence", "cards"]


def letter_for(subject, kind="us-credit", **answers):
    row = row_of(subject.features, **answers)
    return letter(kind, explain_decision(subject, row, WORDS), "all", WORDS, None)


def test_letters_hold_reasons_rights_and_blanks():
    poor = {"residence": "under 1 year", "income": "low", "cards": "none"}
    text = letter_for(scored(), **poor)
    assert "1. Income insufficient for the amount requested\n  2. Length of residence\n" in text
    assert "Equal Credit Opportunity Act" in text
    assert "[NAME OF CREDITOR]" in blanks(text)
    assert "-2" not in text  # no number of the model's
    for kind in ("eu-uk", "generic"):
        assert "a person" in letter_for(scored(), kind, **poor)


def test_a_letter_tells_what_would_have_changed_it():
    text = letter_for(scored(), "eu-uk", residence="over 5 years", income="low", cards="several")
    assert "income: middle instead of low" in text


@pytest.mark.parametrize(
    ("answers", "sensitive", "words", "said"),
    [
        ({"income": "high", "residence": "over 5 years"}, {}, WORDS, "not unfavourable"),
        ({"income": "low", "cards": "none"}, {"income": None}, WORDS, "protected column"),
        ({"income": "low", "cards": "none"}, {}, Dictionary(), "has no reason for 'income'"),
    ],
)
def test_letters_that_are_not_written(answers, sensitive, words, said):
    table = applicants()
    subject = scored(table, **{name: table[name] for name in sensitive})
    decision = explain_decision(subject, row_of(table, **answers), words)
    with pytest.raises(UsageError, match=said):
        letter("generic", decision, "all", words, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns: {income: {reason: Low credit score}}", "must be specific"),
        ("columns: {income: {reason: Does not meet internal standards}}", "must be specific"),
        ("columns: {income: {range: [5, 1]}}", "least and the greatest"),
        ("columns: {income: {directions: up}}", "direction"),
        ("columns: {income: {reason: TODO}}", "still to be written"),
    ],
)
def test_dictionaries_that_are_refused(tmp_path, text, said):
    path = tmp_path / "reasons.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        load_dictionary(path, for_letters=True)


def test_a_column_that_the_model_lacks_is_no_word_of_the_dictionary():
    words = Dictionary(columns={"incom": Column(reason="Income")})
    with pytest.raises(UsageError, match="'incom'") as caught:
        words.require_known(["income", "years"])
    assert "Did you mean 'income'?" in caught.value.hint


@pytest.mark.parametrize(
    ("reason", "wrong"),
    [
        # What 12 CFR 1002.9(b)(2) names as insufficient.
        ("The creditor's internal standards", Fault.INSUFFICIENT),
        ("Based on our lending policies", Fault.INSUFFICIENT),
        ("Applicant failed to achieve a qualifying score", Fault.INSUFFICIENT),
        ("Credit score below the limit", Fault.INSUFFICIENT),
        ("Decision of the algorithm", Fault.INSUFFICIENT),
        # What the commentary, Supplement I, 9(b)(2)-3 and -4, and the sample forms hold to be specific.
        ("Length of residence", None),
        ("Age of automobile", None),
        ("Income insufficient for amount of credit requested", None),
        ("Length of employment", None),
        ("Number of recent inquiries on credit bureau report", None),
        ("Value or type of collateral not sufficient", None),
        ("Limited credit experience", None),
        ("Delinquent past or present credit obligations with others", None),
        # What may not be taken into account: 12 CFR 1002.2(z).
        ("Age of the applicant", Fault.PROTECTED),
        ("Marital status", Fault.PROTECTED),
        ("Income from public assistance", Fault.PROTECTED),
        ("National origin", Fault.PROTECTED),
        ("TODO", Fault.PLACEHOLDER),
        ("<reason>", Fault.PLACEHOLDER),
        ("pay 0", Fault.NAME),
    ],
)
def test_what_is_wrong_with_a_reason(reason, wrong):
    assert fault("PAY_0", reason) is wrong


def test_a_dictionary_is_read(tmp_path):
    path = tmp_path / "reasons.yaml"
    path.write_text(
        "columns:\n  income: {reason: Income, direction: up, range: [0, 100], name: your income}\n"
    )
    found = load_dictionary(path, for_letters=True)
    assert found.of("income").range == (0, 100)
    assert (found.named("income"), found.named("years"), found.reason("years")) == (
        "your income",
        "years",
        None,
    )


def test_told_as_text_json_and_csv():
    subject = scored()
    row = row_of(subject.features, residence="under 1 year", income="low", cards="none", colour="red")
    decision = explain_decision(subject, row, WORDS)
    text = to_text(decision, "row 1", WORDS)
    assert "1. income = low" in text
    assert "-20  Income insufficient" in text
    assert "both lists share" in text
    assert '"attributions"' in to_json(decision, "row 1")
    lines = to_csv(listed([decision], WORDS)).splitlines()
    assert lines[0] == "row,decision,baseline,output,reason_1,reason_2,reason_3,reason_4,withheld"
    assert lines[1].startswith(
        "1,denied,all,-60.0,Income insufficient for the amount requested,Length of residence,"
    )


def test_parquet_holds_what_the_csv_holds():
    parquet = pytest.importorskip("pyarrow.parquet")
    subject = scored()
    told = listed(explain_decisions(subject, np.flatnonzero(~subject.selected)), WORDS)
    schema = parquet.read_schema(io.BytesIO(to_parquet(told)))
    assert [str(schema.field(name).type) for name in ("row", "output", "reason_4")] == [
        "int64",
        "double",
        "string",
    ]
    theirs = pd.read_parquet(io.BytesIO(to_parquet(told)))
    ours = pd.read_csv(io.StringIO(to_csv(told)))
    assert len(theirs) == 2 * (~subject.selected).sum()
    pd.testing.assert_frame_equal(
        theirs.astype(object).where(theirs.notna(), None),
        ours.astype(object).where(ours.notna(), None),
        check_dtype=False,
    )
    assert len(to_parquet([])) > 0


@pytest.mark.parametrize(
    ("value", "text"),
    [(np.int64(3), "3"), (np.float64(0.5), "0.5"), (np.nan, "(empty)"), (None, "(empty)"), ("a\nb", "a b")],
)
def test_what_a_cell_holds(value, text):
    assert value_text(value) == text


def test_cells_are_no_formulas():
    words = Dictionary(columns={"income": Column(reason="=1+1")})
    subject = scored()
    row = row_of(subject.features, residence="under 1 year", income="low", cards="none", colour="red")
    assert ",'=1+1," in to_csv(listed([explain_decision(subject, row, words)], words))


def test_additivity_is_checked_on_the_row():
    subject = scored()
    found = attribute(subject, subject.features.iloc[:3], subject.features, 0)
    np.testing.assert_allclose(found.values.sum(axis=1) + found.base, found.outputs, atol=1e-9)
    assert found.additivity < 1e-9

"""The catalogue of checks."""

import json

from aiaudit.registry import checks


def test_every_check_is_listed_and_has_a_page(aiaudit):
    listed = aiaudit("rules").out
    for id, check in checks().items():
        assert id in listed
        page = aiaudit("rules", id).out
        assert page.startswith(f"# {id}")
        assert check.title in page
        assert all(f"`{metric.name}`" in page for metric in check.metrics)


def test_json_lists_the_same(aiaudit):
    assert [c["id"] for c in json.loads(aiaudit("rules", "--format", "json").out)] == list(checks())


def test_unknown_check_names_the_near_one(aiaudit):
    ran = aiaudit("rules", "bias.selection-rates")
    assert ran.code == 2
    assert "Did you mean 'bias.selection-rate'" in ran.err


def test_the_check_of_own_metrics_has_a_page_too(aiaudit):
    ran = aiaudit("rules", "bias.own-metrics")
    assert ran.code == 0
    assert "What a policy names" in ran.out

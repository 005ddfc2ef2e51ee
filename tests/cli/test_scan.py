"""``aiaudit scan`` on several files: the worst decides."""

from __future__ import annotations

import pickle


def test_several_models_are_looked_at_and_the_worst_decides(aiaudit, saved_model, tmp_path):
    import os

    bad = tmp_path / "bad.pkl"
    bad.write_bytes(pickle.dumps(os.system))
    ran = aiaudit("scan", bad, saved_model)
    assert ran.code == 3
    assert [line for line in ran.out.splitlines() if not line.startswith(" ")] == ["bad.pkl", "model.joblib"]
    assert aiaudit("scan", saved_model, saved_model).code == 0


def test_json_is_of_one_model(aiaudit, saved_model):
    ran = aiaudit("scan", saved_model, saved_model, "--format", "json")
    assert ran.code == 2
    assert "takes one MODEL, not 2" in ran.err

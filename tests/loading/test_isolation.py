"""What a model can do from inside its process: nothing but compute."""

import hashlib
import os
import pickle
import struct
import sys
from pathlib import Path

import pandas as pd
import pytest

from aiaudit.errors import IncompleteError
from aiaudit.loading import locks, models
from aiaudit.loading.models import open_model, predict_in_batches
from aiaudit.loading.refusal import Refusal
from aiaudit.loading.tripwire import Tripwire

SOURCE = Path(__file__).with_name("source")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's locks are Linux's")

#: Deeds that only the tripwire stops where the kernel has no Landlock.
NEEDS_LANDLOCK = ("read", "list", "native read")


def attempts(probes, folder):
    """Return a table that asks for every deed, around a secret file in *folder*."""
    folder.mkdir()
    secret = folder / "secret"
    secret.write_text("secret")
    Path(f"{secret}.victim").touch()
    return pd.DataFrame({"deed": list(probes.DEEDS), "secret": str(secret)})


@linux
def test_a_model_cannot_reach_out_run_write_or_read(probes, open_probe, tmp_path):
    table = attempts(probes, tmp_path / "home")
    model = open_probe(probes.Probe())
    if not model.facts.isolation["landlock"].startswith("on"):
        table = table[~table["deed"].str.startswith(NEEDS_LANDLOCK)]
    outcome = dict(zip(table["deed"], predict_in_batches(model, table), strict=True))
    assert "done" not in outcome.values(), outcome
    assert outcome["memory"] == "MemoryError"
    assert sorted(os.listdir(tmp_path / "home")) == ["secret", "secret.victim"]


@pytest.mark.slow
@linux
def test_without_locks_the_same_deeds_succeed(probes, open_probe, tmp_path):
    """So that the test above shows what the locks do, not that the deeds were impossible."""
    harmless = ["socket", "system", "subprocess", "write beside the model", "make a folder", "remove"]
    harmless += ["read a secret", "list the home folder", "read the parent's environment", "native socket"]
    harmless += ["native signal", "native memory file", "native read"]
    table = attempts(probes, tmp_path / "home")
    table = table[table["deed"].isin(harmless)]
    model = open_probe(probes.Probe(), isolation="none")
    assert set(predict_in_batches(model, table)) == {"done"}
    assert model.facts.isolation["seccomp"] == "off"


@linux
def test_the_locks_in_force_are_facts(probes, open_probe):
    isolation = open_probe(probes.Probe(), memory=3 << 30).facts.isolation
    assert isolation["process"] == "separate"
    assert isolation["limits"] == "memory 3072 MiB"
    assert isolation["tripwire"] == "on"
    assert isolation["gate"] == "allow-list"
    assert isolation["seccomp"].startswith(("on", "not available"))


@pytest.mark.slow
def test_no_variable_of_ours_reaches_the_model(probes, open_probe, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very secret")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    table = pd.DataFrame({"name": ["AWS_SECRET_ACCESS_KEY", "PYTHONPATH", "LANG"]})
    assert predict_in_batches(open_probe(probes.Environment()), table).tolist() == ["", "", "C.UTF-8"]


LIES = {
    "garbage": b"\xff" * 64,
    "an endless header": struct.pack("!II", 0xFFFFFFF0, 0),
    "a header that is no object": struct.pack("!II", 2, 0) + b"[]",
    "a huge buffer": struct.pack("!II", 25, 1) + b'{"sizes":[1099511627776]}',
    "an endless buffer": struct.pack("!II", 20, 1) + b'{"sizes":[Infinity]}',
    "no labels": struct.pack("!II", 12, 0) + b'{"sizes":[]}',
    "labels of nothing": struct.pack("!II", 27, 0) + b'{"sizes":[],"answer":[1,2]}',
}


@pytest.mark.slow
@pytest.mark.parametrize("lie", LIES)
def test_a_process_that_lies_is_not_believed(lie, probes, open_probe):
    model = open_probe(probes.Liar(LIES[lie]))
    with pytest.raises(IncompleteError) as caught:
        predict_in_batches(model, pd.DataFrame({"x": [1]}))
    expected = ("makes no sense", "crashed", "answered nothing")
    assert any(words in caught.value.message for words in expected), caught.value.message


@pytest.mark.slow
def test_what_a_model_prints_goes_nowhere(probes, open_probe, capfd):
    assert predict_in_batches(open_probe(probes.Noisy()), pd.DataFrame({"x": [1, 2]})).tolist() == [0, 0]
    assert capfd.readouterr() == ("", "")


def test_a_module_that_does_something_at_import_is_stopped_and_named(tmp_path, monkeypatch):
    (tmp_path / "sneaky.py").write_text("class Model:\n    def predict(self, X):\n        return X\n")
    monkeypatch.syspath_prepend(tmp_path)
    import sneaky

    (tmp_path / "m.pkl").write_bytes(pickle.dumps(sneaky.Model()))
    (tmp_path / "sneaky.py").write_text("import os\nos.system('true')\n")
    with pytest.raises(IncompleteError) as caught:
        open_model(tmp_path / "m.pkl", trust=["sneaky.Model"], module_path=[tmp_path])
    assert "tried to run a program (os.system), which was blocked" in caught.value.message + caught.value.hint


def test_what_is_hashed_is_what_is_loaded(probes, tmp_path, monkeypatch):
    """Also where the file is changed on disk in between."""
    path = tmp_path / "m.pkl"
    path.write_bytes(pickle.dumps(probes.Noisy()))
    digest, real = hashlib.sha256(path.read_bytes()).hexdigest(), models.look

    def look(worker, content):
        path.write_bytes(b"cos\nsystem\n(Vtrue\ntR.")
        return real(worker, content)

    monkeypatch.setattr(models, "look", look)
    with open_model(path, trust=["probes.Noisy"], module_path=[SOURCE]) as model:
        assert model.facts.digest == digest
        assert predict_in_batches(model, pd.DataFrame({"x": [1]})).tolist() == [0]


def test_strict_isolation_refuses_a_system_without_locks(monkeypatch):
    monkeypatch.setattr(locks, "limit_resources", lambda memory: "memory")
    monkeypatch.setattr(locks, "_landlock", lambda readable: "not available: x")
    monkeypatch.setattr(locks, "_seccomp", lambda: "on")
    with pytest.raises(Refusal, match="lacks landlock"):
        locks.lock(level="strict", memory=1, readable=[], tripwire=Tripwire())


@pytest.mark.slow
@linux
def test_strict_isolation_is_met_here_or_refused(probes, open_probe):
    try:
        facts = open_probe(probes.Noisy(), isolation="strict").facts.isolation
    except IncompleteError as error:
        assert "--isolation strict" in error.message  # noqa: PT017 - either end is right, by the kernel
    else:
        assert facts["landlock"].startswith("on")
        assert facts["seccomp"].startswith("on")

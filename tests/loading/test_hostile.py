"""Files that were made to do harm: none may run anything, hang, crash the audit or pass."""

import importlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aiaudit.errors import IncompleteError
from aiaudit.loading import opening, process
from aiaudit.loading.looking import ModelFile
from aiaudit.loading.models import open_in, open_model, predict_in_batches
from aiaudit.loading.names import load_allowlist
from aiaudit.loading.refusal import Refusal
from aiaudit.loading.surroundings import Settings

CORPUS = Path(__file__).parents[1] / "corpus" / "models"
#: Hostile files whose payload is never run, while the model in them works.
LOADED_INERT = {"a distribution that runs its state"}
#: Well-formed models that crash when they predict, and one function that is what its audited name says.
HARMLESS_TO_LOAD = {
    "a tree that points nowhere",
    "skops: a tree that points nowhere",
    "skops: a function that says it is another",
}
MODULES = ("hostile_pickles", "hostile_files", "hostile_archives", "hostile_disguises", "hostile_onnx")
#: Built only when asked for: they cost seconds.
EXPENSIVE = ("costly", "schema_bomb")


@pytest.fixture(scope="module")
def builders():
    sys.path.insert(0, str(CORPUS))
    try:
        yield tuple(map(importlib.import_module, MODULES))
    finally:
        sys.path.remove(str(CORPUS))


@pytest.fixture
def marker(tmp_path):
    return tmp_path / "marker"


def quick(builders, marker):
    pickles, files, archives, disguises, onnx = builders
    groups = (pickles.all_of, archives.packed, files.arrays, files.crashes, files.archives, files.forged_tree)
    groups += (disguises.all_of, onnx.all_of)
    return {name: content for group in groups for name, content in group(marker)}


def write(folder, files):
    """Write *files* as numbered model files and return their paths by name."""
    paths = {name: folder / f"{i}.pkl" for i, name in enumerate(files)}
    for name, path in paths.items():
        path.write_bytes(files[name])
    return paths


def seen_through(content):
    """Tell whether a static look at *content* shows that it is hostile."""
    try:
        return not load_allowlist().issuperset(opening.inspect(content).names)
    except Refusal:
        return True


FIRE = """
import sys, os, joblib, resource, warnings
warnings.simplefilter("ignore")
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
marker, paths = sys.argv[1], sys.argv[2:]
for path in paths:
    try:
        joblib.load(path)
    except BaseException:
        pass
    if os.path.exists(marker):
        os.rmdir(marker) if os.path.isdir(marker) else os.remove(marker)
        print(path, flush=True)
"""


@pytest.mark.slow
def test_the_corpus_is_real(builders, marker, tmp_path):
    """Loaded as everybody loads a model, most of these files do touch the marker."""
    files = quick(builders, marker)
    paths = write(
        tmp_path, {name: content for name, content in files.items() if not name.startswith(("skops", "onnx"))}
    )
    done = subprocess.run(
        [sys.executable, "-c", FIRE, str(marker), *map(str, paths.values())],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=200, check=False,
    )  # fmt: skip
    fired = {name for name, path in paths.items() if str(path) in done.stdout.split("\n")}
    assert len(files) >= 100
    assert len(fired) >= 50, sorted(set(paths) - fired)
    assert "a distribution that runs its state" in fired
    shown = {name for name in fired if not seen_through(files[name])}
    assert shown == LOADED_INERT  # and of those a scan says that other loaders would run them


def test_the_gate_alone_stops_every_file(builders, marker):
    """Without any lock: nothing runs, and each file is refused with a reason and a remedy, or is inert."""
    allowed, loaded, silent = load_allowlist(), set(), []
    for name, content in quick(builders, marker).items():
        try:
            opening.load(content, opening.inspect(content), allowed)
            loaded.add(name)
        except Refusal as refusal:
            silent += [] if refusal.message and refusal.hint else [name]
        assert not marker.exists(), name
    assert silent == []
    assert loaded == LOADED_INERT | HARMLESS_TO_LOAD


def test_a_refusal_fits_on_a_screen_and_cannot_move_the_cursor(builders, marker, tmp_path):
    files = quick(builders, marker)
    wild = {name: files[name] for name in ("a name of many lines", "a hundred thousand names")}
    for path in write(tmp_path, wild).values():
        with pytest.raises(IncompleteError) as caught:
            open_model(path)
        assert len(caught.value.message) < 3000
        assert (caught.value.message + caught.value.hint).isprintable()


@pytest.mark.slow
def test_an_inert_distribution_leaves_the_model_usable(builders, marker, tmp_path):
    import pandas as pd

    files = dict(builders[1].arrays(marker))
    path = write(tmp_path, {name: files[name] for name in LOADED_INERT})[min(LOADED_INERT)]
    with open_model(path) as model:
        assert set(predict_in_batches(model, pd.DataFrame(builders[1].X)).tolist()) <= {0, 1}
    assert not marker.exists()


@pytest.mark.slow
@pytest.mark.parametrize("group", ["crashes", "forged_tree"])
def test_a_crash_of_the_model_ends_as_an_incomplete_audit(group, builders, marker, tmp_path):
    import pandas as pd

    for path in write(tmp_path, dict(getattr(builders[1], group)(marker))).values():
        with open_model(path) as model:
            with pytest.raises(IncompleteError, match=r"crashed while predicting \(SIG"):
                predict_in_batches(model, pd.DataFrame(builders[1].X))
            with pytest.raises(IncompleteError, match="crashed"):
                model.predict(pd.DataFrame(builders[1].X))


@pytest.mark.slow
def test_files_that_cost_memory_or_time_end_within_their_limits(builders, marker, tmp_path):
    memory = 1 << 30
    for group in EXPENSIVE:
        for name, path in write(tmp_path, dict(getattr(builders[1], group)(marker))).items():
            started = time.monotonic()
            with pytest.raises(IncompleteError) as caught:
                open_model(path, memory=memory, timeout=8)
            assert caught.value.hint, name
            assert time.monotonic() - started < 30, name
            path.unlink()


@pytest.mark.slow
def test_every_hostile_file_ends_as_an_incomplete_audit(builders, marker, tmp_path):
    """Each behind the locks, in one process after the other's refusal: a start costs more than a file."""
    settings = Settings(path=tmp_path / "model.pkl", memory=4 << 30, timeout=60)
    worker, loaded, silent = process.start(settings), set(), []
    for name, content in quick(builders, marker).items():
        worker = process.start(settings) if worker.fate else worker
        try:
            open_in(worker, ModelFile(content=content, digest=""))
            loaded.add(name)
        except IncompleteError as error:
            silent += [] if error.message and error.hint else [name]
        assert not marker.exists(), name
    worker.end()
    assert silent == []
    assert loaded <= LOADED_INERT | HARMLESS_TO_LOAD

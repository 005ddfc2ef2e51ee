"""How a model's process ends: with its model, with the audit, in time; and nothing is left behind."""

import gc
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from aiaudit.errors import IncompleteError
from aiaudit.loading.models import open_model, predict_in_batches

SOURCE = Path(__file__).with_name("source")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for the process in /proc")


def test_a_model_that_hangs_is_ended(probes, open_probe):
    model = open_probe(probes.Sleeper(), timeout=20)
    model._worker.settings = type(model._worker.settings)(path=Path("x"), memory=1, timeout=0.5)
    started = time.monotonic()
    with pytest.raises(IncompleteError, match=r"no answer within 0\.5 s of predicting"):
        predict_in_batches(model, pd.DataFrame({"x": [1]}))
    assert time.monotonic() - started < 5


@pytest.mark.slow
def test_a_model_that_leaves_is_an_incomplete_audit(probes, open_probe):
    with pytest.raises(IncompleteError, match=r"failed to predict.*SystemExit"):
        predict_in_batches(open_probe(probes.Leaver()), pd.DataFrame({"x": [1]}))


@pytest.mark.slow
def test_a_closed_model_says_so(probes, open_probe):
    model = open_probe(probes.Noisy())
    model.close()
    assert model._worker.process.returncode is not None
    with pytest.raises(IncompleteError, match="has been closed"):
        model.predict(pd.DataFrame({"x": [1]}))


@pytest.mark.slow
def test_a_forgotten_model_leaves_no_process_and_no_folder(probes, tmp_path):
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(probes.Noisy()))
    model = open_model(tmp_path / "m.pkl", trust=["probes.Noisy"], module_path=[SOURCE])
    process, folder = model._worker.process, Path(model._worker.folder.name)
    assert process.poll() is None
    del model
    gc.collect()
    assert process.poll() is not None
    assert not folder.exists()


@pytest.mark.slow
@linux
def test_the_process_ends_with_the_audit(tmp_path, probes):
    """Also when the audit is killed and cannot say goodbye, in the middle of a computation."""
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(probes.Sleeper()))
    code = f"""
import pandas as pd
from pathlib import Path
from aiaudit.loading.models import open_model
model = open_model({str(tmp_path / "m.pkl")!r}, trust=["probes.Sleeper"], module_path=[Path({str(SOURCE)!r})])
print(model._worker.process.pid, flush=True)
model.predict(pd.DataFrame({{"x": [1]}}))
"""
    assert outlives(code, 10) is None


@pytest.mark.slow
@linux
def test_the_process_ends_though_it_never_lets_go_of_the_interpreter(tmp_path, probes):
    """No thread of Python's can run then: the kernel's alarm ends it, some time after it was due."""
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(probes.Backtracker()))
    code = f"""
import dataclasses
import pandas as pd
from pathlib import Path
from aiaudit.loading.models import open_model
model = open_model({str(tmp_path / "m.pkl")!r}, trust=["probes.Backtracker"], module_path=[Path({str(SOURCE)!r})])
request = model._request("predict", pd.DataFrame({{"x": [1]}}))
request.header["timeout"] = 0.5
print(model._worker.process.pid, flush=True)
model._worker.ask(request)
"""
    assert outlives(code, 15) is None


def outlives(code, seconds):
    """Kill an audit that runs *code* and return the model's process if it is there so many seconds later."""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as audit:
        child = int(audit.stdout.readline())
        time.sleep(0.5)
        audit.kill()
    for _ in range(10 * seconds):
        if not Path(f"/proc/{child}").exists():
            return None
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    return child

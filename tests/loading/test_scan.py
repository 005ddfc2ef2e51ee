import json
import pickle

import joblib
import pytest
from click.testing import CliRunner
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from aiaudit.cli.scan import scan
from aiaudit.errors import UsageError
from aiaudit.loading.scan import Verdict, scan_model


@pytest.fixture(scope="module")
def model():
    return make_pipeline(StandardScaler(), LogisticRegression()).fit([[0.0], [1.0]], [0, 1])


def run(*arguments):
    return CliRunner().invoke(scan, [str(a) for a in arguments], standalone_mode=False)


def test_an_honest_model_is_listed(model, tmp_path):
    joblib.dump(model, tmp_path / "m.joblib", compress=3)
    found = scan_model(tmp_path / "m.joblib")
    assert (found.verdict, found.exit_code, found.unknown) == (Verdict.LISTED, 0, ())
    assert (found.look.format, found.look.compression, found.look.kind) == ("joblib", "zlib", "Pipeline")
    assert "sklearn.linear_model._logistic.LogisticRegression" in found.look.names
    import sklearn

    assert found.look.versions == {"scikit-learn": sklearn.__version__}
    result = run(tmp_path / "m.joblib")
    assert result.return_value == 0
    assert "everything it names is on the allow-list" in result.output


def test_unknown_names_are_listed_with_the_arguments_that_admit_them(model, tmp_path):
    (tmp_path / "m.pkl").write_bytes(b"\x80\x02cmy_features\nClip\n)R.")
    result = run(tmp_path / "m.pkl", "--format", "json")
    found = json.loads(result.output)
    assert result.return_value == 3
    assert (found["verdict"], found["unknown"]) == ("unknown names", ["my_features.Clip"])
    assert "--trust my_features.Clip" in found["hint"]
    assert run(tmp_path / "m.pkl", "--trust", "my_features.Clip").return_value == 0


def test_another_release_is_said_before_anything_is_loaded(model, tmp_path, monkeypatch):
    import sklearn

    monkeypatch.setattr("sklearn.base.__version__", "1.2.0")
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(model))
    found = scan_model(tmp_path / "m.pkl")
    assert found.verdict is Verdict.OTHER_RELEASE
    assert found.message.startswith(
        f"saved with scikit-learn 1.2.0, but this environment has {sklearn.__version__}"
    )
    assert "pip install scikit-learn==1.2.0 pandas" in found.hint


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "m.pkl").write_text("age,job\n1,a\n")
    result = run(tmp_path / "m.pkl")
    assert result.return_value == 3
    assert "verdict      refused" in result.output
    with pytest.raises(UsageError):
        scan_model(tmp_path / "absent.pkl")


def test_nothing_in_the_file_is_run_or_imported(tmp_path):
    marker = tmp_path / "marker"
    (tmp_path / "m.pkl").write_bytes(
        b"\x80\x02cos\nsystem\nU" + bytes([6 + len(str(marker))]) + f"touch {marker}".encode() + b"\x85R."
    )
    output = run(tmp_path / "m.pkl").output
    assert "'os.system'" in output or "'posix.system'" in output
    assert "treat the file as hostile" in output
    assert "--trust" not in output
    assert not marker.exists()

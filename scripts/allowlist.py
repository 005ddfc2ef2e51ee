"""Write the allow-list from what several scikit-learn releases put into model files.

Usage: python scripts/allowlist.py FOLDER

FOLDER holds (and keeps) one virtual environment a release. Review the difference of allowlist.json before it
is committed; a name that nobody reviewed fails the run and belongs into allowlist_reviewed.py, or nowhere.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from allowlist_reviewed import ALL, INERT
from environments import RELEASES, environment

TARGET = Path(__file__).resolve().parents[1] / "aiaudit" / "loading" / "allowlist.json"


def unreviewed(collection: dict) -> dict[str, str]:
    """Return the names seen in files of one release that neither a kind nor the review covers."""
    covered = ALL.union(INERT, collection["kind"], collection["pure"], collection["inert"])
    return {name: model for name, model in collection["seen"].items() if name not in covered}


def merge(collections: list[dict]) -> dict:
    """Return the allow-list: what was reviewed, and every class of a listed kind in any release."""
    names = ALL.union(*(c["kind"] + c["pure"] for c in collections))
    inert = set(INERT).union(*(c["inert"] for c in collections))
    releases = sorted((c["version"] for c in collections), key=lambda v: [int(part) for part in v.split(".")])
    return {"releases": releases, "modules": by_module(names), "inert": by_module(inert)}


def by_module(names: Iterable[str]) -> dict[str, list[str]]:
    """Return *names* grouped by module, sorted."""
    modules: dict[str, list[str]] = {}
    for name in sorted(names):
        module, _, last = name.rpartition(".")
        modules.setdefault(module, []).append(last)
    return modules


def collect(release: str, folder: Path) -> dict:
    """Return what the collector finds in an environment with scikit-learn *release*."""
    python, result = environment(release, folder), folder / f"{release}.json"
    collector = Path(__file__).with_name("allowlist_collect.py")
    # What the fitted models print is of no interest.
    subprocess.run(
        [python, collector, result], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return json.loads(result.read_text())


def main() -> int:
    """Collect from every release and merge; fail on a name that nobody reviewed."""
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    collections = [collect(release, folder) for release in RELEASES]
    unknown = {c["version"]: unreviewed(c) for c in collections}
    for version, names in unknown.items():
        for name, model in sorted(names.items()):
            print(f"scikit-learn {version}: {name} (in {model}) is not reviewed", file=sys.stderr)
    TARGET.write_text(json.dumps(merge(collections), indent=1) + "\n")
    return 1 if any(unknown.values()) else 0


if __name__ == "__main__":
    sys.exit(main())

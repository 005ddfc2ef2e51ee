"""Write the allow-list from what several scikit-learn releases put into model files.

Usage: python scripts/allowlist.py COLLECTION.json ...
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from allowlist_reviewed import ALL

TARGET = Path(__file__).resolve().parents[1] / "aiaudit" / "loading" / "allowlist.json"


def unreviewed(collection: dict) -> dict[str, str]:
    """Return the names seen in files of one release that neither a kind nor the review covers."""
    covered = ALL | set(collection["kind"]) | set(collection["pure"])
    return {name: model for name, model in collection["seen"].items() if name not in covered}


def merge(collections: list[dict]) -> dict:
    """Return the allow-list: what was reviewed, and every class of a listed kind in any release."""
    names = set(ALL)
    for collection in collections:
        names |= set(collection["kind"]) | set(collection["pure"])
    modules: dict[str, list[str]] = {}
    for name in sorted(names):
        module, _, last = name.rpartition(".")
        modules.setdefault(module, []).append(last)
    return {"releases": sorted(c["version"] for c in collections), "modules": modules}


def main() -> int:
    """Merge the collections named on the command line; fail on a name that nobody reviewed."""
    collections = [json.loads(Path(path).read_text()) for path in sys.argv[1:]]
    unknown = {c["version"]: unreviewed(c) for c in collections}
    for version, names in unknown.items():
        for name, model in sorted(names.items()):
            print(f"scikit-learn {version}: {name} (in {model}) is not reviewed", file=sys.stderr)
    TARGET.write_text(json.dumps(merge(collections), indent=1) + "\n")
    return 1 if any(unknown.values()) else 0


if __name__ == "__main__":
    sys.exit(main())

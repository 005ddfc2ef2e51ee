"""What the archive costs: adding, checking, listing and comparing, up to ten thousand records.

Run: python benchmarks/archive.py [records]

Records are about as large as real ones, their objects are not: checking objects is reading and hashing, at about
a gigabyte a second and core. Prints seconds of the clock and of CPU; other work on the machine decides much of
the former.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from aiaudit.archive import standalone
from aiaudit.archive.append import Content, append
from aiaudit.archive.begin import create
from aiaudit.archive.check import check
from aiaudit.archive.envelope import AUDIT
from aiaudit.archive.keys import generate
from aiaudit.archive.listing import rows

SYSTEMS = 20


def made_up(number: int) -> Content:
    """An audit of ten groups, in the form in which records are kept."""
    requirement = {
        "id": "selection-gap",
        "title": "How often each group is selected",
        "check": "bias.selection-rate",
        "metric": "impact_ratio",
        "op": ">=",
        "threshold": "4/5",
    }
    verdicts = [verdict(number, group) for group in range(10)]
    record = {"policy": {"requirements": [requirement]}, "verdicts": verdicts, "padding": f"{number}" * 2000}
    audit = {
        "system": f"system {number % SYSTEMS}",
        "tags": ["nightly"],
        "exit_code": 0,
        "verdicts": {"fail": 0, "pass": 10},
        "policy": {"id": "smb-baseline", "edition": "2026.11"},
        "sources": [{"id": "smb-baseline"}],
        "judged_on": f"{2017 + number // 1200}-{number // 100 % 12 + 1:02d}-{number % 28 + 1:02d}",
        "model": {"digest": f"{number // 50:064x}"},
        "padding": "x" * 1200,
    }
    return Content(
        kind=AUDIT,
        subject=[{"name": "data.csv", "digest": {"sha256": f"{number + 1:064x}"}}],
        predicate={"result": "PASSED", "configuration": [], "aiauditAudit": audit},
        objects={"record.json": json.dumps(record).encode(), "policy.yaml": b"the same every time"},
    )


def verdict(number: int, group: int) -> dict[str, object]:
    reference = {
        "scope": {"group": "best"},
        "numerator": 480,
        "denominator": 1000,
        "rule": "most_favoured",
        "looks": 5,
    }
    measurement = {
        "metric": "impact_ratio",
        "form": "ratio",
        "value": 0.9,
        "numerator": 400 + (number + group) % 40,
        "denominator": 1000,
        "interval": {"low": 0.8, "high": 1.0, "level": 0.95},
        "scope": {"group": f"group {group}"},
        "reference": reference,
    }
    return {"requirement": "selection-gap", "status": "pass", "measurement": measurement}


def spent(what: str, call, *, unit: int = 1) -> object:
    """Print what a call takes, and return its answer."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    answer = call()
    wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    print(f"  {what}: {wall / unit:.4f} s, of which CPU {cpu / unit:.4f}")
    return answer


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of those that it started."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def command(*arguments: object) -> None:
    line = [sys.executable, "-m", "aiaudit", "archive", *map(str, arguments)]
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main(size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")
        made = create(Path(folder) / "audits")
        print("one writer, everything flushed to the disk")
        spent("a record (mean of 50)", lambda: [append(made, made_up(n)) for n in range(50)], unit=50)
        real, os.fsync = os.fsync, lambda handle: None
        for number in range(50, size):
            append(made, made_up(number))
        os.fsync = real
        print(f"{size:,} records")
        report = spent("verify: chain and objects", lambda: check(made.folder))
        assert report.exit_code == 0, report
        spent("verify.py of an export", lambda: standalone.check(str(made.folder)))
        spent("first list", lambda: rows(made))
        spent("next list", lambda: rows(made))
        one = (made.folder, "--system", "system 7")
        page = Path(folder) / "history.html"
        spent("list, whole command", lambda: command("list", *one))
        spent("trend, whole command", lambda: command("trend", *one))
        spent("trend with a history page", lambda: command("trend", *one, "-o", page))
        spent("add one more to them", lambda: append(made, made_up(size)))
        spent("list after it", lambda: rows(made))
        signed(Path(folder) / "signed", size)


def signed(folder: Path, size: int) -> None:
    """Time the checking of as many signatures."""
    signer = generate(f"{folder}.key")
    made = create(folder, signer=signer)
    real, os.fsync = os.fsync, lambda handle: None
    for number in range(size):
        append(made, made_up(number), [signer])
    os.fsync = real
    print(f"{size:,} signed records")
    report = spent("verify: chain, signatures and objects", lambda: check(made.folder))
    assert report.exit_code == 0, report
    spent("verify.py of an export", lambda: standalone.check(str(made.folder)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)

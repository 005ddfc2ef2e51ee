"""The archive as one file for somebody else, with a checker that needs nothing of ours."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import IO

from aiaudit.archive.chain import links
from aiaudit.archive.check import Report, check
from aiaudit.archive.envelope import read_keys
from aiaudit.archive.keys import public_pem
from aiaudit.archive.layout import Archive, Head
from aiaudit.errors import UsageError, one_line

_README = """An archive of audits, exported from aiaudit.

  python verify.py                                 checks every record, object and signature (Python 3.8 or newer)
  python verify.py --expect-head N:sha256:...      ... and that nothing before a head you were given is missing

records/  one file an audit: a DSSE envelope around an in-toto statement, chained by SHA-256
objects/  what the audits rest on, named by SHA-256: record.json, report.html, policy.yaml and more; which is
          which stands in each record under predicate.aiauditArchive.artefacts
keys/     the public keys, in PEM form; each record's key ids are the SHA-256 of the 32 bytes of a key
"""


def export(archive: Archive, target: str) -> Report:
    """Write the archive into one zip file.

    Parameters
    ----------
    archive : Archive
        What is exported; it is checked first.
    target : str
        A path, or an address that fsspec understands (``s3://bucket/audits.zip``).

    Returns
    -------
    Report
        What the check found; with problems nothing is written.

    Raises
    ------
    UsageError
        If the target cannot be written.
    """
    report = check(archive.folder)
    if report.exit_code == 0 and report.head is not None:
        with _target(target) as file:
            _pack(archive, report.head, file)
    return report


@contextmanager
def _target(target: str) -> Iterator[IO[bytes]]:
    """Yield a local file, and put it in its place once it is whole."""
    # What goes elsewhere is made here first; what stays here is made beside its place, on the same disk.
    folder = None if "://" in target else Path(target).absolute().parent
    try:
        with tempfile.TemporaryDirectory(prefix=".aiaudit-", dir=folder) as made:
            path = Path(made) / "archive.zip"
            with open(path, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if folder is None:
                _send(path, target)
            else:
                os.replace(path, target)
    except OSError as error:
        raise UsageError(
            f"{one_line(target)} cannot be written: {one_line(error.strerror or error)}",
            "Choose another target.",
        ) from None


def _send(path: Path, target: str) -> None:
    try:
        with import_module("fsspec").open(target, "wb") as far, open(path, "rb") as near:
            shutil.copyfileobj(near, far)
    except Exception as error:  # noqa: BLE001 - every store's driver has errors of its own
        raise UsageError(
            f"{one_line(target)} cannot be written: {type(error).__name__}: {one_line(error)}",
            "Install fsspec and the driver of that store (s3fs for s3://), check address and access, or export to a "
            "file and copy it there.",
        ) from None


def _pack(archive: Archive, head: Head, file: IO[bytes]) -> None:
    objects, keys = set(), dict(archive.keys)
    for link in links(archive):
        if link.number <= head.size:
            objects |= {item["sha256"] for item in link.place["artefacts"].values()}
            keys |= read_keys(link.statement["predicate"].get("keys", {}))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        _add(packed, "README.txt", _README.encode())
        _add(packed, "verify.py", files("aiaudit.archive").joinpath("standalone.py").read_bytes())
        for name, key in sorted(keys.items()):
            _add(packed, f"keys/{name}.pub", public_pem(key))
        for digest in sorted(objects):
            _add(packed, f"objects/{digest[:2]}/{digest[2:]}", archive.object(digest).read_bytes())
        for number in range(1, head.size + 1):
            _add(packed, f"records/{number:08d}.json", archive.record(number).read_bytes())
        for path in (archive.stamp(number) for number in range(1, head.size + 1)):
            if path.is_file():
                _add(packed, f"checkpoints/{path.name}", path.read_bytes())
        _add(packed, "archive.json", (archive.folder / "archive.json").read_bytes())


def _add(packed: zipfile.ZipFile, name: str, data: bytes) -> None:
    # A fixed date: the same archive gives the same file.
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    packed.writestr(info, data)

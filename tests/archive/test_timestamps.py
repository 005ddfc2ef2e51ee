"""Timestamps of a third party, with an authority made for the test and no network."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from aiaudit.archive.append import append, head
from aiaudit.archive.check import check
from aiaudit.archive.export import export
from aiaudit.archive.layout import Archive
from aiaudit.archive.timestamps import keep, request, verified
from aiaudit.archive.unpack import unpack
from aiaudit.errors import IncompleteError, UsageError

from .made import rewrite, small

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="the authority of the test is openssl"
)

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a root, a timestamping certificate under it, and openssl's settings."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "tsa.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    (folder / "leaf.ext").write_text(
        "extendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n"
    )
    make = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=Root -keyout root.key -out root.pem"
    for arguments in (
        make,
        make.replace("Root", "Stranger").replace("root", "stranger"),
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=Stamps -keyout leaf.key -out leaf.csr",
        "x509 -req -in leaf.csr -CA root.pem -CAkey root.key -days 30 -extfile leaf.ext -out leaf.pem -CAcreateserial",
    ):
        openssl(folder, *arguments.split())
    return folder


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def reply(folder: Path, query: bytes) -> bytes:
    (folder / "query.tsq").write_bytes(query)
    arguments = "-queryfile query.tsq -config tsa.cnf -signer leaf.pem -inkey leaf.key -out reply.tsr"
    openssl(folder, "ts", "-reply", *arguments.split())
    return (folder / "reply.tsr").read_bytes()


def test_a_round_trip(archive: Archive, authority: Path, tmp_path: Path) -> None:
    append(archive, small("one"))
    answer = reply(authority, request(archive, head(archive)))
    append(archive, small("two"))
    number, stamp = keep(archive, answer, "reply.tsr")

    assert (number, stamp.digest) == (1, head_of(archive, 1))
    plain = check(archive.folder)
    assert "--tsa-root: 1" in plain.remarks[0]
    report = verified(archive, plain, authority / "root.pem")
    assert report.problems == ()
    assert f"record 1 and all before it existed at {stamp.time}" in report.remarks[-1]

    export(archive, str(tmp_path / "audits.zip"))
    with zipfile.ZipFile(tmp_path / "audits.zip") as file:
        assert file.read("checkpoints/00000001.tsr") == answer
    unpack(tmp_path / "audits.zip", tmp_path / "back")
    assert (tmp_path / "back" / "checkpoints" / "00000001.tsr").read_bytes() == answer


def head_of(archive: Archive, number: int) -> str:
    from aiaudit.archive.envelope import sha256

    return sha256(archive.record(number).read_bytes())


def test_what_does_not_hold_is_a_problem(archive: Archive, authority: Path) -> None:
    append(archive, small("one"))
    answer = reply(authority, request(archive, head(archive)))
    keep(archive, answer, "reply.tsr")
    append(archive, small("two"))
    report = check(archive.folder)

    assert len(verified(archive, report, authority / "stranger.pem").problems) == 1
    archive.stamp(1).rename(archive.stamp(2))
    assert "does not hold" in verified(archive, report, authority / "root.pem").problems[0].what
    for content in (b"", b"noise", answer[:-20], answer[:300] + bytes([answer[300] ^ 1]) + answer[301:]):
        rewrite(archive.stamp(2), content)
        assert verified(archive, report, authority / "root.pem").exit_code == 1


def test_what_stamps_nothing_here_is_not_kept(archive: Archive, authority: Path) -> None:
    answer = reply(authority, request(archive, head(archive)))

    with pytest.raises(UsageError, match="stamps no record"):
        keep(archive, answer, "reply.tsr")
    with pytest.raises(IncompleteError, match="is no timestamp"):
        keep(archive, b"noise", "reply.tsr")


def test_one_timestamp_a_record(archive: Archive, authority: Path) -> None:
    append(archive, small("one"))
    answer = reply(authority, request(archive, head(archive)))
    keep(archive, answer, "reply.tsr")

    with pytest.raises(UsageError, match="has a timestamp"):
        keep(archive, answer, "reply.tsr")


def test_roots_that_are_none(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "roots.pem").write_text("no certificate")

    for path in (tmp_path / "roots.pem", tmp_path / "missing.pem"):
        with pytest.raises(UsageError, match="holds no certificates"):
            verified(archive, check(archive.folder), path)


def test_without_the_extra(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)

    with pytest.raises(UsageError, match="need the package 'rfc3161-client'"):
        request(archive, head(archive))

"""Keys: kept private, read from a file or the environment, and two implementations that agree."""

from __future__ import annotations

import base64
import os
import stat
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from aiaudit.archive import keys, standalone
from aiaudit.errors import UsageError

from .made import NEW, OLD

#: RFC 8032, section 7.1, tests 1 to 3: secret key, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595"
        "bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb43"
        "02aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716"
        "ed28dc027beceea1ec40a",
    ),
]
CHECKERS = [keys.holds, standalone.holds]


@pytest.mark.parametrize("holds", CHECKERS)
@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard(holds, secret: str, public: str, message: str, signature: str) -> None:
    signer = keys.signer_of(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)))

    assert signer.public.hex() == public
    assert signer.sign(bytes.fromhex(message)).hex() == signature
    assert holds(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


@settings(max_examples=30)
@given(message=st.binary(max_size=50), at=st.integers(0, 511), data=st.data())
def test_both_checkers_accept_what_was_signed_and_refuse_what_was_changed(
    message: bytes, at: int, data: st.DataObject
) -> None:
    signature = OLD.sign(message)
    changed = bytearray(signature)
    changed[at // 8] ^= 1 << at % 8
    for holds in CHECKERS:
        assert holds(OLD.public, message, signature)
        assert not holds(OLD.public, message + b"!", signature)
        assert not holds(NEW.public, message, signature)
        assert not holds(OLD.public, message, bytes(changed))


@settings(max_examples=30)
@given(public=st.binary(min_size=30, max_size=33), signature=st.binary(min_size=62, max_size=66))
def test_both_checkers_refuse_noise(public: bytes, signature: bytes) -> None:
    for holds in CHECKERS:
        assert not holds(public, b"message", signature)


@pytest.mark.parametrize("holds", CHECKERS)
def test_a_signature_has_one_form(holds) -> None:
    signature = OLD.sign(b"message")
    scalar = int.from_bytes(signature[32:], "little") + standalone.ORDER

    assert not holds(OLD.public, b"message", signature[:32] + scalar.to_bytes(32, "little"))


def test_without_cryptography_the_answer_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)

    assert keys.holds(OLD.public, b"message", OLD.sign(b"message"))
    assert not keys.holds(NEW.public, b"message", OLD.sign(b"message"))


def test_without_cryptography_nothing_is_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives", None)

    with pytest.raises(UsageError, match="needs the package 'cryptography'"):
        keys.generate(tmp_path / "key")


def test_a_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    signer = keys.generate(tmp_path / "key")

    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    loaded = keys.load(tmp_path / "key")
    assert loaded is not None
    assert (loaded.keyid, loaded.public) == (signer.keyid, signer.public)
    public = serialization.load_pem_public_key((tmp_path / "key.pub").read_bytes())
    assert public.public_bytes_raw() == signer.public
    assert keys.public_pem(signer.public) == (tmp_path / "key.pub").read_bytes()
    assert keys.holds(signer.public, b"message", loaded.sign(b"message"))


@pytest.mark.parametrize("taken", ["key", "key.pub"])
def test_a_key_is_never_overwritten(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("precious")

    with pytest.raises(UsageError, match="exist"):
        keys.generate(tmp_path / "key")
    assert (tmp_path / taken).read_text() == "precious"
    assert len(list(tmp_path.glob("key*"))) == 1


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    keys.generate(tmp_path / "key")
    os.chmod(tmp_path / "key", mode)

    with pytest.raises(UsageError, match=f"can be read by others \\(mode {mode:04o}\\)") as caught:
        keys.load(tmp_path / "key")
    assert "chmod 600" in caught.value.hint


def test_a_key_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = keys.generate(tmp_path / "key")

    assert keys.load(None) is None
    for variable in (keys.VARIABLE, "OUR_KEY"):
        monkeypatch.setenv(variable, (tmp_path / "key").read_text())
        loaded = keys.load(None, variable)
        assert loaded is not None
        assert loaded.keyid == signer.keyid


def foreign(kind: str) -> bytes:
    secret = b"secret" if kind == "encrypted" else None
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "another kind" else Ed25519PrivateKey.generate()
    encryption = serialization.BestAvailableEncryption(secret) if secret else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


@pytest.mark.parametrize("kind", ["encrypted", "another kind", "noise", "public"])
def test_what_is_no_key_is_refused(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = {"noise": base64.b64encode(os.urandom(64)), "public": keys.public_pem(OLD.public)}
    text = noise.get(kind) or foreign(kind)
    (tmp_path / "key").write_bytes(text)
    os.chmod(tmp_path / "key", 0o600)
    monkeypatch.setenv(keys.VARIABLE, text.decode())

    for path in (tmp_path / "key", None):
        with pytest.raises(UsageError, match="holds no unencrypted Ed25519 private key"):
            keys.load(path)


def test_a_key_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        keys.load(tmp_path / "key")

"""Ed25519 keys: made, read from a file or the environment, used to sign and to check."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiaudit.archive.envelope import key_id
from aiaudit.errors import UsageError, one_line

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

#: Variable that holds a private key where no other is named.
VARIABLE = "AIAUDIT_SIGN_KEY"
#: What comes before the 32 bytes of an Ed25519 public key in its standard form (RFC 8410).
_SPKI = bytes.fromhex("302a300506032b6570032100")


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Somebody who can sign: the name and bytes of the public key, and the act."""

    keyid: str
    public: bytes
    sign: Callable[[bytes], bytes]


def load(path: str | Path | None, variable: str = VARIABLE) -> Signer | None:
    """Read a private key from a file, otherwise from an environment variable; None where neither is given.

    Raises
    ------
    UsageError
        If it cannot be read, others can read it, or it is no Ed25519 key.
    """
    if path is not None:
        return _signer(_read_private(Path(path)), one_line(path))
    text = os.environ.get(variable)
    return _signer(text.encode(), f"the variable {one_line(variable)}") if text else None


def _read_private(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name != "nt" and mode & 0o077:
                raise UsageError(
                    f"the private key {one_line(path)} can be read by others (mode {mode & 0o777:04o})",
                    f"Make it yours alone: chmod 600 {one_line(path)}",
                )
            return file.read(1 << 16)
    except OSError as error:
        raise UsageError(
            f"the private key {one_line(path)} cannot be read: {one_line(error.strerror)}",
            "Name a key file that 'aiaudit archive keygen FILE' has written.",
        ) from None


def _signer(pem: bytes, where: str) -> Signer:
    serialization, ed25519 = _cryptography()
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise UsageError(
            f"{where} holds no unencrypted Ed25519 private key in PEM form",
            "Make one with 'aiaudit archive keygen FILE'.",
        )
    return signer_of(key)


def signer_of(key: Ed25519PrivateKey) -> Signer:
    """Return the signer behind a private key."""
    public = key.public_key().public_bytes_raw()
    return Signer(keyid=key_id(public), public=public, sign=key.sign)


def generate(path: str | Path) -> Signer:
    """Make a key: FILE for you alone, FILE.pub for everybody.

    Raises
    ------
    UsageError
        If a file of either name exists or cannot be written.
    """
    serialization, ed25519 = _cryptography()
    key = ed25519.Ed25519PrivateKey.generate()
    signer = signer_of(key)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = Path(f"{path}.pub")
    if public.exists():
        raise UsageError(f"{one_line(public)} exists", "Name another file; keys are never overwritten.")
    _write_new(Path(path), pem, 0o600)
    _write_new(public, public_pem(signer.public), 0o644)
    return signer


def _write_new(path: Path, data: bytes, mode: int) -> None:
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UsageError(
            f"{one_line(path)} cannot be written: {one_line(error.strerror)}",
            "Name a file that does not exist yet, in a folder you may write to; keys are never overwritten.",
        ) from None


def public_pem(public: bytes) -> bytes:
    """Return a public key in the form that other programs read."""
    text = base64.b64encode(_SPKI + public)
    return b"-----BEGIN PUBLIC KEY-----\n" + text + b"\n-----END PUBLIC KEY-----\n"


def holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a signature holds.

    Without the package 'cryptography' the answer is the same and takes some milliseconds longer.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        from aiaudit.archive.standalone import holds as slowly

        return slowly(public, message, signature)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _cryptography() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise UsageError(
            "signing needs the package 'cryptography', which is not installed",
            "Install it: pip install 'aiaudit[sign]'.",
        ) from None
    return serialization, ed25519

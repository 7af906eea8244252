"""A key of the caller, its certificate and the relays that it knows."""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from .._models.ssh_access import SshAccess
from ..errors import SandboxError

_NAME = "nullspace_ssh_ed25519"
_SSH_PORT = 22


@dataclass(frozen=True)
class Identity:
    """A public key, and where its private key lies when this machine holds it."""

    public_key: str
    file: Path | None


def minutes_of(expires_in_minutes: int | None, ttl_minutes: int | None) -> int | None:
    """The lifetime, by either of its names."""
    if expires_in_minutes is not None and ttl_minutes is not None and expires_in_minutes != ttl_minutes:
        raise ValueError("expires_in_minutes and ttl_minutes are two names of the same: give one of them")
    return ttl_minutes if expires_in_minutes is None else expires_in_minutes


def find_identity(
    public_key: str | None, identity_file: str | Path | None, key_dir: str | Path | None
) -> Identity:
    """The key that the caller means, or one of the SDK's own, which is made when it is first needed."""
    file = None if identity_file is None else Path(identity_file).expanduser()
    if file is not None and not file.exists():
        raise SandboxError(f"identity_file: {file} does not exist", "invalid_request")
    if public_key is not None:
        return Identity(public_key.strip(), file)
    if file is None:
        folder = Path.home() / ".nullspace" / "ssh" if key_dir is None else Path(key_dir).expanduser()
        file = folder / _NAME
        if not file.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _keygen("-q", "-t", "ed25519", "-N", "", "-C", "nullspace", "-f", str(file))
    beside = Path(f"{file}.pub")
    text = beside.read_text("utf-8") if beside.exists() else _keygen("-y", "-f", str(file))
    return Identity(text.strip(), file)


def keep_access(access: SshAccess, identity: Identity) -> SshAccess:
    """Keeps the certificate beside its key and the relay among the known hosts, and says how to log in."""
    if identity.file is None:
        return access
    certificate_file = Path(f"{identity.file}-cert.pub")
    _write(certificate_file, f"{access.certificate}\n")
    known_hosts_file = identity.file.parent / "known_hosts"
    marker = access.host if access.port == _SSH_PORT else f"[{access.host}]:{access.port}"
    known = known_hosts_file.read_text("utf-8").splitlines() if known_hosts_file.exists() else []
    others = [line for line in known if line.strip() and not line.startswith(f"{marker} ")]
    _write(known_hosts_file, "\n".join([*others, f"{marker} {access.host_key}", ""]))
    options = {
        "CertificateFile": certificate_file,
        "IdentitiesOnly": "yes",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": known_hosts_file,
    }
    words = ["ssh", "-i", str(identity.file)]
    for name, value in options.items():
        words += ["-o", f"{name}={value}"]
    # The id of the access leads to its sandbox also when another one has replaced the certificate.
    words += ["-p", str(access.port), f"{access.access_id}@{access.host}"]
    return replace(
        access,
        identity_file=str(identity.file),
        certificate_file=str(certificate_file),
        known_hosts_file=str(known_hosts_file),
        command=shlex.join(words),
    )


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, "utf-8")


def _keygen(*arguments: str) -> str:
    try:
        done = subprocess.run(["ssh-keygen", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError as cause:
        raise SandboxError(
            "ssh-keygen is not on this machine: install the OpenSSH client, or give a public_key",
            "ssh_keygen_missing",
        ) from cause
    if done.returncode != 0:
        raise SandboxError(f"ssh-keygen failed: {done.stderr.strip()}", "ssh_keygen_failed")
    return done.stdout

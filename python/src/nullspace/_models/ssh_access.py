"""SSH access to a sandbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .timestamp import read_time


@dataclass
class SshAccess:
    """Lets the holder of a key into one sandbox over SSH for a while.

    Attributes:
        host: where the relay answers, on `port`.
        user: account inside the sandbox, and the name to log in as with the certificate.
        access_id: id to revoke it by; also a name to log in as.
        certificate: OpenSSH user certificate of the key.
        identity_file: private key, when this machine holds it; its certificate and known hosts lie in
            `certificate_file` and `known_hosts_file`.
        command: how to log in. Without an `identity_file` the key is to be named as well.
        host_key: public key of the relay.
        status: `active`, `expired` or `revoked`.
    """

    host: str
    port: int
    user: str
    expires_at: datetime | None
    access_id: str
    certificate: str = field(repr=False)
    identity_file: str | None = None
    certificate_file: str | None = None
    known_hosts_file: str | None = None
    command: str | None = None
    host_key: str | None = None
    sandbox_id: str = ""
    public_key_fingerprint: str = ""
    status: str = "active"
    created_at: datetime | None = None


@dataclass
class SshAccessInfo:
    """An access as lists show it.

    Attributes:
        sandbox_id: id that the sandbox had when the access was made.
        user: account inside the sandbox.
        public_key_fingerprint: as `ssh-keygen -l` prints it.
        status: `active`, `expired` or `revoked`.
        last_used_at: when a connection was last let in.
    """

    access_id: str
    sandbox_id: str
    user: str
    public_key_fingerprint: str
    status: str
    created_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


def read_ssh_access(data: dict[str, Any]) -> SshAccess:
    """A new access as the API sends it."""
    return SshAccess(**_record(SshAccess, data))


def read_ssh_access_info(data: dict[str, Any]) -> SshAccessInfo:
    """An access of a list as the API sends it."""
    return SshAccessInfo(**_record(SshAccessInfo, data))


def _record(kind: Any, data: dict[str, Any]) -> dict[str, Any]:
    """The fields that this version knows, with times read."""
    return {
        name: read_time(data[name]) if name.endswith("_at") else data[name]
        for name in kind.__dataclass_fields__
        if name in data
    }

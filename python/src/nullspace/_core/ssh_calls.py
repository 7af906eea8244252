"""Calls about SSH access to a sandbox."""

from __future__ import annotations

from .._models.ssh_access import SshAccess, SshAccessInfo, read_ssh_access, read_ssh_access_info
from .call import Call, Request
from .encode import encode_json, id_path, sandbox_path

_PATH = "ssh-access"


def create_ssh_access(
    sandbox_id: str, *, public_key: str, user: str | None, expires_in_minutes: int | None
) -> Call[SshAccess]:
    """Lets a key in for a while."""
    given = {"public_key": public_key, "user": user, "expires_in_minutes": expires_in_minutes}
    body = encode_json({name: value for name, value in given.items() if value is not None})
    request = Request("POST", sandbox_path(sandbox_id, _PATH), body=body)
    return Call(request, lambda reply: read_ssh_access(reply.json()))


def list_ssh_access(sandbox_id: str) -> Call[list[SshAccessInfo]]:
    """Accesses of a sandbox, the newest first."""
    request = Request("GET", sandbox_path(sandbox_id, _PATH))
    return Call(request, lambda reply: [read_ssh_access_info(item) for item in reply.json()["items"]])


def revoke_ssh_access(sandbox_id: str, access_id: str) -> Call[SshAccessInfo]:
    """Revokes an access."""
    path = id_path(sandbox_path(sandbox_id, _PATH), access_id, what="access")
    return Call(Request("DELETE", path), lambda reply: read_ssh_access_info(reply.json()["access"]))

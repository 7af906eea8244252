import shlex
import subprocess

import pytest

from fake_api import SANDBOX
from nullspace import NotFoundError, SandboxError

PATH = "/v1/sandboxes/sb_1/ssh-access"
INFO = {
    "access_id": "ssh_1",
    "sandbox_id": "sb_1",
    "user": "root",
    "public_key_fingerprint": "SHA256:abc",
    "status": "active",
    "created_at": "2026-03-10T11:00:00Z",
    "expires_at": "2026-03-10T12:00:00Z",
    "revoked_at": None,
    "last_used_at": None,
    "a_later_field": 1,
}
ACCESS = {
    **INFO,
    "host": "127.0.0.1",
    "port": 3003,
    "host_key": "ssh-ed25519 HOST",
    "certificate": "ssh-ed25519-cert-v01@openssh.com CERT",
    "command": "ssh -p 3003 sb_1@127.0.0.1",
}


@pytest.fixture
def sandbox(api, sdk):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    api.on(f"POST {PATH}", ACCESS)
    return sdk.Sandbox.connect("sb_1")


def test_a_key_of_the_caller_is_let_in(api, sandbox):
    access = sandbox.create_ssh_access(public_key=" ssh-ed25519 KEY \n", user="dev", ttl_minutes=5)
    assert api.body() == {"public_key": "ssh-ed25519 KEY", "user": "dev", "expires_in_minutes": 5}
    assert (access.host, access.port, access.user) == ("127.0.0.1", 3003, "root")
    assert access.expires_at.year == 2026
    assert access.identity_file is None
    assert access.command == ACCESS["command"]


def test_a_key_is_made_once_and_its_certificate_kept(api, sandbox, tmp_path):
    folder = tmp_path / "keys"
    (folder).mkdir()
    (folder / "known_hosts").write_text("[127.0.0.1]:3003 ssh-ed25519 OLD\nelse ssh-ed25519 KEPT\n")
    access = sandbox.create_ssh_access(key_dir=folder)
    first = api.body()["public_key"]
    assert first.startswith("ssh-ed25519 ")
    assert (folder / "nullspace_ssh_ed25519").stat().st_mode & 0o777 == 0o600
    assert (folder / "nullspace_ssh_ed25519-cert.pub").read_text() == f"{ACCESS['certificate']}\n"
    known = (folder / "known_hosts").read_text()
    assert known == "else ssh-ed25519 KEPT\n[127.0.0.1]:3003 ssh-ed25519 HOST\n"
    words = shlex.split(access.command)
    assert words[:3] == ["ssh", "-i", str(folder / "nullspace_ssh_ed25519")]
    assert words[-1] == "ssh_1@127.0.0.1"
    sandbox.create_ssh_access(key_dir=folder)
    assert api.body()["public_key"] == first


def test_the_public_key_of_a_private_one_is_found(api, sandbox, tmp_path):
    file = tmp_path / "own"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)
    public = file.with_suffix(".pub").read_text().split()[:2]
    file.with_suffix(".pub").unlink()
    sandbox.create_ssh_access(identity_file=file)
    assert api.body()["public_key"].split()[:2] == public


def test_what_is_missing_or_does_not_fit_is_said(sandbox, tmp_path, monkeypatch):
    with pytest.raises(SandboxError, match="does not exist"):
        sandbox.create_ssh_access(identity_file=tmp_path / "none")
    with pytest.raises(ValueError, match="two names"):
        sandbox.create_ssh_access(expires_in_minutes=1, ttl_minutes=2)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError) as caught:
        sandbox.create_ssh_access(key_dir=tmp_path)
    assert caught.value.code == "ssh_keygen_missing"


def test_accesses_are_listed_and_revoked(api, sandbox):
    api.on(f"GET {PATH}", {"items": [INFO]})
    assert [access.access_id for access in sandbox.list_ssh_access()] == ["ssh_1"]
    api.on(f"DELETE {PATH}/ssh_1", {"success": True, "access": {**INFO, "status": "revoked"}})
    assert sandbox.revoke_ssh_access("ssh_1").status == "revoked"
    with pytest.raises(NotFoundError):
        sandbox.revoke_ssh_access("ssh_2")

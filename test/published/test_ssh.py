import shlex
import subprocess

import pytest
from nullspace import SandboxError, SshAccess


def run(command, *words):
    return subprocess.run([*shlex.split(command), *words], capture_output=True, text=True, timeout=60)


def test_an_access_makes_a_key_and_a_command_that_works(sandbox):
    access = sandbox.create_ssh_access(expires_in_minutes=5)
    assert isinstance(access, SshAccess)
    assert access.user == "root"
    assert access.certificate.startswith("ssh-ed25519-cert-v01@openssh.com ")
    ended = run(access.command, "whoami; exit 4")
    assert (ended.returncode, ended.stdout) == (4, "root\n"), ended.stderr


def test_an_access_for_another_account(sandbox):
    access = sandbox.create_ssh_access(user="nobody")
    assert access.user == "nobody"
    assert run(access.command, "whoami").stdout == "nobody\n"


def test_a_key_that_is_none_is_refused(sandbox):
    with pytest.raises(SandboxError) as caught:
        sandbox.create_ssh_access(public_key="ssh-ed25519 AAAA")
    assert caught.value.code == "invalid_request"
    assert "public_key" in str(caught.value)

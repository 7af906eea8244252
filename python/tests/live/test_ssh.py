import shlex
import subprocess


def run(access, command):
    words = [*shlex.split(access.command), command]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


def test_a_key_is_let_in_until_it_is_revoked(sandbox, tmp_path):
    access = sandbox.create_ssh_access(key_dir=tmp_path, expires_in_minutes=5)
    done = run(access, "whoami; exit 3")
    assert (done.returncode, done.stdout) == (3, "root\n"), done.stderr
    listed = [info for info in sandbox.list_ssh_access() if info.access_id == access.access_id]
    assert listed[0].status == "active"
    assert sandbox.revoke_ssh_access(access.access_id).status == "revoked"
    assert run(access, "true").returncode == 255

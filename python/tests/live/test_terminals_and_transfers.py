import hashlib
import os
import uuid

import pytest

from nullspace import BatchWriteError, GitError, NotFoundError, SandboxError, UploadTransport


@pytest.fixture
def folder(sandbox):
    path = f"/data/{uuid.uuid4().hex}"
    sandbox.files.make_dir(path)
    return path


def inside(sandbox, script):
    return sandbox.commands.run(script, shell=True).stdout.strip()


def test_a_terminal(sandbox):
    session = sandbox.pty.create_session(cols=90, rows=20)
    session.send_input('stty -echo; echo size $(stty size); printf "\\000\\377"; echo done-$((40 + 2))\n')
    seen = b""
    for data in session:
        seen += data
        if b"done-42" in seen:
            break
    assert b"size 20 90" in seen
    assert b"\x00\xff" in seen
    session.disconnect()
    again = sandbox.pty.connect(session_id=session.id)
    assert [info.session_id for info in sandbox.pty.list_sessions()] == [session.id]
    again.resize(100, 30)
    again.send_input("stty size; exit 7\n")
    output = []
    result = again.wait(output.append, timeout=60)
    assert (result.exit_code, result.timed_out) == (7, False)
    assert b"done-42" in b"".join(output)
    assert b"30 100" in b"".join(output)
    # An ended one is remembered for a while; an unknown one is not there.
    assert sandbox.pty.connect(session_id=session.id).wait(timeout=60).exit_code == 7
    assert sandbox.pty.list_sessions() == []
    with pytest.raises(NotFoundError):
        sandbox.pty.connect(session_id="ses_unknown")


def test_a_watch(sandbox, sdk, folder):
    seen = []
    with sandbox.files.watch_dir(folder, seen.append, recursive=True):
        sandbox.files.write(f"{folder}/a", "x")
        inside(sandbox, f"mv {folder}/a {folder}/b")
        sdk.wait_until(lambda: any((event.type, event.name) == ("rename", "b") for event in seen))
    assert all(event.path.startswith(folder) for event in seen)


def test_many_files_searches_and_replacements(sandbox, folder):
    written = sandbox.files.write_files(
        [(f"{folder}/{number}.py", f"import n{number}\n") for number in range(200)]
    )
    assert len(written) == 200
    (match,) = sandbox.files.find_files(folder, "^import n77$")
    assert (match.file, match.line, match.content) == (f"{folder}/77.py", 1, "import n77")
    assert sandbox.files.search_files(folder, "77.*") == [f"{folder}/77.py"]
    assert sandbox.files.replace_in_files([f"{folder}/77.py"], "import", "from") == 1
    sandbox.files.set_permissions(f"{folder}/77.py", "600")
    assert sandbox.files.info(f"{folder}/77.py").permissions == "0600"
    with pytest.raises(BatchWriteError) as failure:
        sandbox.files.write_files([(f"{folder}/ok", "1"), ("/proc/no/such", "2")])
    assert [path for path, _message in failure.value.failures] == ["/proc/no/such"]


def test_uploads_and_downloads(sandbox, folder, tmp_path):
    content = os.urandom((20 << 20) + 7)
    (tmp_path / "large.bin").write_bytes(content)
    result = sandbox.files.upload(tmp_path / "large.bin", f"{folder}/")
    assert (result.target_path, result.transport) == (f"{folder}/large.bin", UploadTransport.RESUMABLE)
    digest = inside(sandbox, f"sha256sum < {folder}/large.bin | cut -c1-64")
    assert digest == hashlib.sha256(content).hexdigest()
    assert sandbox.files.download(f"{folder}/large.bin", tmp_path / "back.bin") == len(content)
    assert (tmp_path / "back.bin").read_bytes() == content
    assert sandbox.files.upload(b"small", f"{folder}/small").transport is UploadTransport.DIRECT


def test_an_upload_is_given_up_and_resumed(sandbox, folder):
    content = os.urandom(24 << 20)
    seen = []

    def stop(progress):
        seen.append(progress.upload_id)
        if progress.bytes_completed:
            raise KeyError("enough")

    with pytest.raises(KeyError):
        sandbox.files.upload(content, f"{folder}/a", max_concurrency=1, progress=stop)
    assert not sandbox.files.exists(f"{folder}/a")
    assert sandbox.files.resume_upload(seen[-1], content).resumed
    digest = inside(sandbox, f"sha256sum < {folder}/a | cut -c1-64")
    assert digest == hashlib.sha256(content).hexdigest()


def test_directories(sandbox, folder, tmp_path):
    source = tmp_path / "project"
    (source / "src").mkdir(parents=True)
    (source / "run.sh").write_text("#!/bin/sh\necho ready\n")
    (source / "run.sh").chmod(0o755)
    (source / "src" / "ü.txt").write_text("x" * 1000)
    (source / "link").symlink_to("src/ü.txt")
    (source / "debug.log").write_text("no")
    (source / ".nullspaceignore").write_text("*.log\n")
    result = sandbox.files.upload(source, f"{folder}/")
    assert (result.target_path, result.file_count) == (f"{folder}/project", 4)
    assert inside(sandbox, f"{folder}/project/run.sh") == "ready"
    assert not sandbox.files.exists(f"{folder}/project/debug.log")
    sandbox.files.download_dir(f"{folder}/project", tmp_path / "copy")
    assert (tmp_path / "copy" / "link").read_text() == "x" * 1000
    with pytest.raises(SandboxError) as refused:
        sandbox.files.upload_dir(source, f"{folder}/project", conflict="error")
    assert refused.value.code == "file_upload_error"


def test_git(sandbox, folder):
    inside(sandbox, f"git init -q --bare -b main {folder}/origin.git")
    sandbox.git.configure_user("Ada", "ada@example.com")
    work = f"{folder}/work"
    sandbox.git.clone(f"{folder}/origin.git", work)
    sandbox.files.write(f"{work}/a.txt", "one\n")
    sandbox.git.commit("First", path=work)
    sandbox.git.push(path=work, branch="main", set_upstream=True)
    status = sandbox.git.status(path=work)
    assert (status.branch, status.clean) == ("main", True)
    with pytest.raises(GitError, match="no-such"):
        sandbox.git.checkout("no-such", path=work)


def test_input_accounts_signals_and_use(sandbox, sdk):
    result = sandbox.commands.run(["sh", "-c", "id -un; cat"], user="user", stdin="ü\n")
    assert result.stdout == "user\nü\n"
    out = []
    sandbox.commands.run("cat", stdin="in\n", on_stdout=out.append)
    assert "".join(out) == "in\n"
    handle = sandbox.commands.run(
        "trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.1; done", shell=True, background=True
    )
    sdk.wait_until(lambda: handle.get_logs().stdout == "ready\n")
    sdk.wait_until(lambda: handle.get_info().process_count > 0)
    handle.send_signal("SIGINT")
    result = handle.wait(timeout=60)
    assert (result.exit_code, result.stdout) == (3, "ready\ncaught\n")
    cat = sandbox.commands.run("cat", background=True)
    cat.send_stdin(b"\xc3\xbc\n")
    cat.close_stdin()
    assert cat.wait(timeout=60).stdout == "ü\n"


def test_output_is_followed_from_an_offset(sandbox):
    handle = sandbox.commands.run("seq 1 1000", shell=True, background=True)
    whole = handle.wait(timeout=60).stdout
    seen = []
    sandbox.commands.connect(handle.pid, on_stdout=seen.append, stdout_offset=100).wait(timeout=60)
    assert "".join(seen) == whole[100:]

import threading

import pytest

from nullspace import AuthError, NotFoundError, Sandbox, SandboxError, TimeoutError
from nullspace._core.connection import Connection
from nullspace._sync.transport import Transport

PATIENCE = 60


def test_foreground(sandbox):
    result = sandbox.commands.run("printf", ["%s|", "a b", "$HOME"])
    assert (result.exit_code, result.stdout, result.stderr) == (0, "a b|$HOME|", "")
    result = sandbox.commands.run(
        "pwd; echo $A; echo no >&2; exit 3", shell=True, cwd="/tmp", envs={"A": "ü"}
    )
    assert (result.exit_code, result.stdout, result.stderr) == (3, "/tmp\nü\n", "no\n")
    assert sandbox.commands.run("no-such-program").exit_code == 127


def test_binary_output(sandbox):
    line = ["python3", "-c", "import os; os.write(1, bytes(range(256)) * 400); os.write(2, b'\\xff\\xc3')"]
    pieces = []
    once = sandbox.commands.run(line, binary=True)
    live = sandbox.commands.run(line, binary=True, on_stdout=pieces.append)
    later = sandbox.commands.run(line, binary=True, background=True)
    again = sandbox.commands.connect(later.pid, binary=True, stdout_offset=1000)
    for result in (once, live, later.wait(timeout=PATIENCE)):
        assert result.stdout_bytes == bytes(range(256)) * 400
        assert (result.stderr_bytes, result.stderr) == (b"\xff\xc3", "\ufffd\ufffd")
    assert b"".join(pieces) == live.stdout_bytes
    seen = [piece for piece, _, _ in later if piece is not None]
    assert b"".join(seen) == live.stdout_bytes
    assert again.wait(timeout=PATIENCE).stdout_bytes == live.stdout_bytes[1000:]


def test_callbacks(sandbox):
    out, err = [], []
    result = sandbox.commands.run(
        "echo a; echo b >&2; exit 4", shell=True, on_stdout=out.append, on_stderr=err.append
    )
    assert (result.exit_code, result.stdout, result.stderr) == (4, "a\n", "b\n")
    assert ("".join(out), "".join(err)) == ("a\n", "b\n")


def test_much_output_live(sandbox):
    size = 3 << 20
    parts = []
    result = sandbox.commands.run(
        f"head -c {size} /dev/zero | tr '\\0' x", shell=True, timeout=PATIENCE, on_stdout=parts.append
    )
    assert len("".join(parts)) == len(result.stdout) == size


def test_a_timeout_that_was_asked_for_holds_in_the_background(sandbox):
    handle = sandbox.commands.run("sleep 1000", shell=True, timeout=1, background=True)
    with pytest.raises(TimeoutError) as caught:
        handle.wait(timeout=PATIENCE)
    assert caught.value.code == "exec_timeout"


@pytest.mark.parametrize("live", [False, True])
def test_a_timeout_kills(sandbox, live):
    callback = {"on_stdout": lambda _text: None} if live else {}
    with pytest.raises(TimeoutError) as caught:
        sandbox.commands.run("echo so far; sleep 1000", shell=True, timeout=1, **callback)
    assert caught.value.code == "exec_timeout"
    assert (caught.value.result.exit_code, caught.value.result.stdout) == (124, "so far\n")


def test_wait_and_iterate(sandbox):
    handle = sandbox.commands.run(
        "echo a; sleep 0.3; echo b; echo c >&2; exit 5", shell=True, background=True
    )
    chunks = list(handle)
    assert "".join(out or "" for out, _err, _none in chunks) == "a\nb\n"
    assert "".join(err or "" for _out, err, _none in chunks) == "c\n"
    result = handle.wait(timeout=PATIENCE)
    assert (result.exit_code, result.stdout, result.stderr) == (5, "a\nb\n", "c\n")
    assert handle.get_logs().exit_code == 5


def test_stdin_and_live_handles(sandbox):
    out = []
    handle = sandbox.commands.run(
        "echo first; read line; echo got $line", shell=True, background=True, on_stdout=out.append
    )
    connected = sandbox.commands.connect(handle.pid)
    handle.send_stdin("word\n")
    assert connected.wait(timeout=PATIENCE).stdout == "first\ngot word\n"
    assert handle.wait(timeout=PATIENCE).stdout == "first\ngot word\n" == "".join(out)
    again = []
    late = sandbox.commands.connect(handle.pid, on_stdout=again.append)
    assert late.wait(timeout=PATIENCE).exit_code == 0
    assert "".join(again) == "first\ngot word\n"


def test_kill(sandbox):
    handle = sandbox.commands.run("sleep", ["1000"], background=True)
    with pytest.raises(TimeoutError, match="still runs"):
        handle.wait(timeout=0.01)
    assert any(process.pid == handle.pid and process.running for process in sandbox.commands.list())
    handle.kill()
    assert handle.wait(timeout=PATIENCE).exit_code == 137
    assert not any(process.pid == handle.pid and process.running for process in sandbox.commands.list())


def test_unknown_processes(sandbox):
    for call in (sandbox.commands.kill, sandbox.commands.get_logs, sandbox.commands.connect):
        with pytest.raises(NotFoundError) as caught:
            call(999_999)
        assert caught.value.code == "process_not_found"


def test_a_sandbox_that_ends_during_a_command(sdk):
    sandbox = sdk.Sandbox.create()
    started = threading.Event()
    killer = threading.Thread(target=lambda: started.wait(PATIENCE) and Sandbox.kill_by_id(sandbox.id))
    killer.start()
    with pytest.raises(SandboxError) as caught:
        sandbox.commands.run(
            "echo up; sleep 1000", shell=True, timeout=PATIENCE, on_stdout=lambda _text: started.set()
        )
    killer.join(PATIENCE)
    assert caught.value.code in ("sandbox_not_found", "exec_failed")


def test_a_wrong_key_on_a_live_connection(sandbox):
    info = Sandbox.get_info_by_id(sandbox.id)
    connection = Connection(base_url(), "ns_live_wrong")
    stranger = Sandbox(info, Transport(connection))
    with pytest.raises(AuthError):
        stranger.commands.run("true", on_stdout=print)


def base_url():
    import os

    return os.environ["NULLSPACE_API_URL"]

import asyncio
import time

import pytest
from nullspace import AsyncSandbox, SandboxError

PATIENCE = 60


def read_until(session, wanted):
    """Output up to and with these bytes."""
    seen = b""
    deadline = time.monotonic() + PATIENCE
    while wanted not in seen:
        try:
            raw = session._ws.recv(timeout=deadline - time.monotonic())
        except TimeoutError:
            raise AssertionError(seen) from None
        seen += session._handle_message(raw) or b""
    return seen


def test_a_shell_of_its_own(sandbox):
    session = sandbox.pty.create_session(cols=100, rows=40, cwd="/tmp", envs={"MARK": "from-envs"})
    assert session.session_id.startswith("ses_")
    assert session.pid > 0
    session.send_input('stty size; pwd; echo "<$MARK $TERM>"\n')
    seen = read_until(session, b"<from-envs xterm-256color>")
    assert b"40 100" in seen
    assert b"/tmp" in seen
    session.send_input(b"exit 7\n")
    result = session.wait(timeout=PATIENCE)
    assert (result.exit_code, result.timed_out, result.error) == (7, False, None)


def test_resize_interrupt_and_kill(sandbox):
    session = sandbox.pty.create_session()
    session.resize(77, 33)
    session.send_input("stty size\n")
    read_until(session, b"33 77")
    # gVisor shows a signal that comes just before a sleep begins at the end of it, so these are short.
    session.send_input("echo begun; while :; do sleep 0.1; done\n")
    read_until(session, b"\rbegun")
    session.send_input(b"\x03")
    read_until(session, b"# ")
    session.send_input("echo free-again\n")
    read_until(session, b"\rfree-again")
    session.kill()
    assert session.wait(timeout=PATIENCE).exit_code == 137


def test_a_kill_does_not_wait_behind_input_that_nobody_reads(sandbox):
    session = sandbox.pty.create_session()
    session.send_input("stty raw -echo; echo begun; exec sleep 1000\n")
    read_until(session, b"begun\n")
    begun = time.monotonic()
    for _ in range(40):
        session.send_input(b"x" * (512 << 10))
    session.kill()
    assert session.wait(timeout=PATIENCE).exit_code == 137
    # The server gives up on input that waits for ten seconds: the session would live on.
    assert session.session_id not in [item.session_id for item in sandbox.pty.list_sessions()]
    assert time.monotonic() - begun < PATIENCE


def test_sessions_outlive_their_clients(sandbox):
    session = sandbox.pty.create_session(cols=90, rows=20)
    session.send_input("MARK=kept; echo before-leaving\n")
    read_until(session, b"\rbefore-leaving")
    assert session.wait(timeout=1).timed_out
    again = sandbox.pty.connect(session_id=session.session_id)
    read_until(again, b"\rbefore-leaving")
    by_pid = sandbox.pty.connect(pid=session.pid)
    again.send_input('echo "<$MARK>"\n')
    read_until(again, b"<kept>")
    read_until(by_pid, b"<kept>")
    by_pid.disconnect()
    listed = {item.session_id: item for item in sandbox.pty.list_sessions()}
    assert (listed[session.session_id].cols, listed[session.session_id].rows) == (90, 20)
    sandbox.pty.resize_session(session.session_id, 50, 10)
    info = sandbox.pty.get_session_info(session.session_id)
    assert (info.pid, info.cols, info.rows) == (session.pid, 50, 10)
    sandbox.pty.kill_session(session.session_id)
    assert again.wait(timeout=PATIENCE).exit_code == 137
    assert session.session_id not in [item.session_id for item in sandbox.pty.list_sessions()]


def test_unknown_sessions(sandbox):
    with pytest.raises(SandboxError) as refused:
        sandbox.pty.connect(session_id="ses_unknown")
    assert refused.value.code == "pty_not_found"
    with pytest.raises(SandboxError) as refused:
        sandbox.pty.get_session_info("ses_unknown")
    assert refused.value.code == "pty_not_found"


def test_an_interactive_interpreter(sandbox):
    session = sandbox.pty.create_session()
    session.send_input("python3 -q\n")
    read_until(session, b">>> ")
    session.send_input("print(6 * 7)\n")
    read_until(session, b"\n42")
    session.send_input(b"\x04")
    session.send_input("exit\n")
    assert session.wait(timeout=PATIENCE).exit_code == 0


def test_asyncio():
    async def play():
        sandbox = await AsyncSandbox.create(template="base", timeout=300)
        try:
            session = await sandbox.pty.create_session()
            await session.send_input("echo async-$((1 + 1)); exit\n")
            seen = []
            result = await session.wait(on_data=seen.append, timeout=PATIENCE)
            return result.exit_code, b"".join(seen)
        finally:
            await sandbox.kill()

    exit_code, seen = asyncio.run(play())
    assert exit_code == 0
    assert b"async-2" in seen

import base64
import threading
from time import sleep as pause

import httpx
import pytest

from fake_api import SANDBOX
from nullspace import (
    AuthError,
    NotFoundError,
    NotImplementedError,
    SandboxError,
    SandboxPausedError,
    TimeoutError,
    TransportError,
)
from socket_server import SocketServer

PATIENCE = 60


@pytest.fixture
def server():
    server = SocketServer()
    yield server
    server.close()


@pytest.fixture
def sandbox(api, sdk, server, monkeypatch):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    monkeypatch.setattr("nullspace._core.reconnecting.PAUSES", (0.0,) * 3)
    monkeypatch.setattr("nullspace._sync.open_socket.OPEN_PAUSES", (0.0,) * 2)
    monkeypatch.setattr("nullspace._async.open_socket.OPEN_PAUSES", (0.0,) * 2)
    return sdk.Sandbox.connect("sb_1", base_url=server.url)


def hello(channel):
    channel.send("exec_started", pid=7)
    channel.send("something_later", data="skipped")
    channel.send_text("no JSON")
    channel.send("exec_stdout", data="grü", offset=0, end_offset=4)
    channel.send("exec_stderr", data="oh", offset=0, end_offset=2)
    channel.send("exec_stdout", data="ße", offset=4, end_offset=7)
    channel.send("exec_exit", exit_code=3, timed_out=False, killed_by=None)


def test_callbacks_get_the_output_of_a_foreground_command(server, sandbox):
    server.scenes = [hello]
    out, err = [], []
    result = sandbox.commands.run(
        "x", ["a"], cwd="/tmp", envs={"A": "1"}, timeout=5, on_stdout=out.append, on_stderr=err.append
    )
    assert (result.exit_code, result.stdout, result.stderr, result.pid) == (3, "grüße", "oh", 7)
    assert (out, err) == (["grü", "ße"], ["oh"])
    (channel,) = server.channels
    assert (channel.path, channel.authorization) == (
        "/v1/sandboxes/sb_1/ws?channel=exec",
        "Bearer ns_test_key",
    )
    channel.first.pop("id")
    assert channel.first == {
        "type": "exec_start",
        "command": "x",
        "args": ["a"],
        "cwd": "/tmp",
        "envs": {"A": "1"},
        "timeout_secs": 5,
    }


def test_the_result_keeps_the_start_of_endless_output(server, sandbox, monkeypatch):
    monkeypatch.setattr("nullspace._core.kept_text.KEPT_CHARACTERS", 5)

    def talk(channel):
        channel.send("exec_started", pid=7)
        for at, text in enumerate(["abc", "def", "ghi"]):
            channel.send("exec_stdout", data=text, offset=3 * at, end_offset=3 * at + 3)
        channel.send("exec_exit", exit_code=0, timed_out=False, killed_by=None)

    server.scenes = [talk]
    seen = []
    result = sandbox.commands.run("x", on_stdout=seen.append)
    assert (result.stdout, result.truncated) == ("abcde", True)
    assert "".join(seen) == "abcdefghi"


def test_a_slow_reader_holds_the_server_back(api, server, sandbox):
    api.on("POST /v1/sandboxes/sb_1/exec", {"pid": 7})
    # More than the buffers of both sockets together take.
    count, size = 200, 512 << 10
    sent = []

    def talk(channel):
        channel.send("exec_started", pid=7)
        for at in range(count):
            start = at * size
            channel.send("exec_stdout", data=f"{at:08}".ljust(size), offset=start, end_offset=start + size)
            sent.append(at)
        channel.send("exec_exit", exit_code=0, timed_out=False, killed_by=None)
        channel.wait_until_closed()

    server.scenes = [talk]
    handle = sandbox.commands.run("x", background=True)
    pieces = iter(handle)
    first, _, _ = next(pieces)
    pause(0.3)
    assert len(sent) < count
    texts = [first, *(stdout for stdout, _, _ in pieces)]
    assert [text[:8] for text in texts] == [f"{at:08}" for at in range(count)]


def test_the_default_timeout_of_a_foreground_command_counts(server, sandbox):
    # The server takes exactly 30 for "not asked for".
    server.scenes = [hello]
    assert sandbox.commands.run_streaming("x", shell=True).exit_code == 3
    assert server.channels[0].first["timeout_secs"] == 31


def test_a_live_background_command_has_no_timeout(server, sandbox):
    server.scenes = [hello]
    out, err = [], []
    handle = sandbox.commands.run("x", background=True, on_stdout=out.append, on_stderr=err.append)
    assert handle.pid == 7
    result = handle.wait(timeout=PATIENCE)
    assert (result.stdout, out, err) == ("grüße", ["grü", "ße"], ["oh"])
    assert "timeout_secs" not in server.channels[0].first
    assert handle.wait(poll_interval=0.1) is result


def test_a_command_that_is_killed_at_its_timeout(server, sandbox):
    def late(channel):
        channel.send("exec_started", pid=7)
        channel.send("exec_stdout", data="so far", offset=0, end_offset=6)
        channel.send("exec_exit", exit_code=124, timed_out=True, killed_by=None)

    server.scenes = [late]
    with pytest.raises(TimeoutError) as caught:
        sandbox.commands.run("x", timeout=1, on_stdout=print)
    assert (caught.value.code, caught.value.result.stdout) == ("exec_timeout", "so far")


def test_a_broken_connection_is_taken_up_at_the_next_byte(server, sandbox):
    def first(channel):
        channel.send("exec_started", pid=7)
        channel.send("exec_stdout", data="grü", offset=0, end_offset=4)
        channel.cut()

    def second(channel):
        channel.send("exec_started", pid=7)
        channel.send("exec_stderr", data="oh", offset=0)
        channel.send("error", code="host_unavailable", message="restarting", request_id="req_1")
        channel.wait_until_closed()

    def third(channel):
        channel.send("exec_started", pid=7)
        channel.send("exec_stdout", data="ße", offset=4, end_offset=7)
        channel.send("exec_exit", exit_code=0, timed_out=False, killed_by=None)

    server.scenes = [first, second, third]
    out = []
    result = sandbox.commands.run("x", on_stdout=out.append)
    assert (result.stdout, result.stderr, out) == ("grüße", "oh", ["grü", "ße"])
    again = {"type": "exec_connect", "id": "exec", "pid": 7}
    assert [channel.first for channel in server.channels[1:]] == [
        {**again, "stdout_offset": 4, "stderr_offset": 0},
        {**again, "stdout_offset": 4, "stderr_offset": 2},
    ]


def test_a_connection_that_stays_broken_is_an_error(server, sandbox):
    def cut(channel):
        channel.send("exec_started", pid=7)
        channel.cut()

    server.scenes = [cut]
    with pytest.raises(TransportError, match="process 7"):
        sandbox.commands.run("x", on_stdout=print)
    assert len(server.channels) == 4


def test_a_command_is_never_started_twice(server, sandbox):
    server.scenes = [lambda channel: channel.cut()]
    with pytest.raises(TransportError, match="before the command started"):
        sandbox.commands.run("x", on_stdout=print)
    with pytest.raises(TransportError, match="before the command started"):
        sandbox.commands.run("x", background=True, on_stdout=print)
    assert len(server.channels) == 2


def test_a_sandbox_that_ends_during_a_command(server, sandbox):
    def ends(channel):
        channel.send("exec_started", pid=7)
        channel.send("error", code="sandbox_not_found", message="it has ended", request_id="req_1")

    server.scenes = [ends]
    with pytest.raises(NotFoundError, match="it has ended") as caught:
        sandbox.commands.run("x", on_stdout=print)
    assert caught.value.request_id == "req_1"
    handle = sandbox.commands.run("x", background=True, on_stdout=print)
    with pytest.raises(NotFoundError):
        handle.wait(timeout=PATIENCE)


@pytest.mark.parametrize("fields", [{"kind": "exec_started"}, {"kind": "exec_started", "pid": "many"}])
def test_a_frame_of_another_shape_is_an_invalid_response(server, sandbox, fields):
    server.scenes = [lambda channel: (channel.send(**fields), channel.wait_until_closed())]
    with pytest.raises(SandboxError) as caught:
        sandbox.commands.run("x", on_stdout=print)
    assert caught.value.code == "invalid_response"


def test_what_a_callback_raises_reaches_the_caller(server, sandbox):
    def slow(channel):
        channel.send("exec_started", pid=7)
        channel.send("exec_stdout", data="a", offset=0, end_offset=1)
        channel.wait_until_closed()

    def fail(_text):
        raise ZeroDivisionError

    server.scenes = [slow]
    with pytest.raises(ZeroDivisionError):
        sandbox.commands.run("x", on_stdout=fail)
    handle = sandbox.commands.run("x", background=True, on_stdout=fail)
    with pytest.raises(ZeroDivisionError):
        handle.wait(timeout=PATIENCE)


def test_waiting_and_iterating_follow_a_command_from_its_start(api, server, sandbox):
    api.on("POST /v1/sandboxes/sb_1/exec", {"pid": 7})
    server.scenes = [hello]
    handle = sandbox.commands.run("x", background=True)
    assert list(handle) == [("grü", None, None), (None, "oh", None), ("ße", None, None)]
    assert handle.wait().stdout == "grüße"
    expected = {"type": "exec_connect", "id": "exec", "pid": 7, "stdout_offset": 0, "stderr_offset": 0}
    assert [channel.first for channel in server.channels] == [expected, expected]


def test_a_wait_can_be_given_up(api, server, sandbox):
    end = threading.Event()

    def slow(channel):
        channel.send("exec_started", pid=7)
        end.wait(PATIENCE)
        channel.send("exec_exit", exit_code=0, timed_out=False, killed_by=None)

    api.on("POST /v1/sandboxes/sb_1/exec", {"pid": 7})
    server.scenes = [slow]
    plain = sandbox.commands.run("x", background=True)
    live = sandbox.commands.run("x", background=True, on_stdout=print)
    for handle in (plain, live):
        with pytest.raises(TimeoutError, match="still runs"):
            handle.wait(timeout=0.01)
    end.set()
    assert live.wait(timeout=PATIENCE).exit_code == plain.wait(timeout=PATIENCE).exit_code == 0


def test_connect_finds_a_command(server, sandbox):
    server.scenes = [hello]
    out = []
    handle = sandbox.commands.connect(7, on_stdout=out.append)
    assert handle.wait(timeout=PATIENCE).exit_code == 3
    assert out == ["grü", "ße"]


def test_connect_to_an_unknown_command(server, sandbox):
    server.scenes = [lambda channel: channel.send("error", code="process_not_found", message="no process 9")]
    with pytest.raises(NotFoundError, match="no process 9"):
        sandbox.commands.connect(9)


def test_disconnecting_leaves_the_command_alone(api, server, sandbox):
    left = threading.Event()

    def slow(channel):
        channel.send("exec_started", pid=7)
        channel.wait_until_closed()
        left.set()

    server.scenes = [slow, hello]
    handle = sandbox.commands.run("x", background=True, on_stdout=print)
    handle.disconnect()
    assert left.wait(PATIENCE)
    assert handle.wait(timeout=PATIENCE).stdout == "grüße"


def test_handles_reach_their_process(api, server, sandbox):
    api.on("POST /v1/sandboxes/sb_1/exec", {"pid": 7})
    api.on("POST /v1/sandboxes/sb_1/processes/7/kill", httpx.Response(204))
    api.on("POST /v1/sandboxes/sb_1/processes/7/stdin", httpx.Response(204))
    api.on("GET /v1/sandboxes/sb_1/processes/7/logs", {"stdout": "a", "stderr": "", "output": "a"})
    handle = sandbox.commands.run("x", background=True)
    handle.send_stdin("text")
    assert handle.get_logs().stdout == "a"
    handle.kill()
    assert api.routes[-1] == "POST /v1/sandboxes/sb_1/processes/7/kill"


@pytest.mark.parametrize(
    ("status", "kind", "attempts"),
    [
        (401, AuthError, 1),
        (403, AuthError, 1),
        (404, SandboxError, 1),
        (501, NotImplementedError, 1),
        (503, TransportError, 3),
    ],
)
def test_refused_upgrades(server, sandbox, status, kind, attempts):
    server.refusals = [status] * 3
    server.scenes = [hello]
    with pytest.raises(SandboxError) as caught:
        sandbox.commands.run("x", on_stdout=print)
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert len(server.refusals) == 3 - attempts


def test_an_upgrade_that_fails_at_first(server, sandbox):
    server.refusals = [500, 503]
    server.scenes = [hello]
    assert sandbox.commands.run("x", on_stdout=print).exit_code == 3


def test_no_server_at_all(server, sandbox):
    server.close()
    with pytest.raises(TransportError, match="no live connection"):
        sandbox.commands.run("x", on_stdout=print)


def test_a_sandbox_that_is_paused_during_a_command(server, sandbox):
    def pauses(channel):
        channel.send("exec_started", pid=7)
        channel.send("exec_stdout", data="a", offset=0, end_offset=1)
        details = {"status": "paused", "snapshot_id": "snap_1", "pid": 7, "stdout_offset": 1}
        channel.send("error", code="sandbox_not_ready", message="it is paused", details=details)

    server.scenes = [pauses]
    out = []
    with pytest.raises(SandboxPausedError) as caught:
        sandbox.commands.run("x", on_stdout=out.append)
    assert (caught.value.snapshot_id, out) == ("snap_1", ["a"])


def test_a_command_is_followed_from_an_offset(server, sandbox):
    server.scenes = [hello]
    seen = []
    sandbox.commands.connect(7, on_stdout=seen.append, stdout_offset=10, stderr_offset=3).wait()
    first = server.channels[0].first
    assert (first["stdout_offset"], first["stderr_offset"]) == (10, 3)
    with pytest.raises(SandboxError):
        sandbox.commands.connect(7, stdout_offset=-1)


def test_binary_output_is_exact(api, server, sandbox):
    stdout, stderr = bytes(range(256)), b"\xff\xc3"
    answer = {"exit_code": 0, "stdout": base64.b64encode(stdout).decode(), "stderr": "/8M=", "pid": 7}
    api.on("POST /v1/sandboxes/sb_1/exec", answer)

    def cut_within(channel):
        channel.send("exec_started", pid=7)
        channel.send_text(b"\1" + (0).to_bytes(8, "big") + stdout[:130])
        channel.send_text(b"\2" + (0).to_bytes(8, "big") + stderr)
        channel.send_text(b"\7" + (0).to_bytes(8, "big") + b"of a later stream")
        channel.cut()

    def go_on(channel):
        channel.send("exec_started", pid=7)
        channel.send_text(b"\1" + (130).to_bytes(8, "big") + stdout[130:])
        channel.send("exec_exit", exit_code=0, timed_out=False, killed_by=None)

    pieces = []
    server.scenes = [cut_within, go_on]
    once = sandbox.commands.run("x", binary=True)
    live = sandbox.commands.run("x", binary=True, on_stdout=pieces.append)
    assert api.body()["encoding"] == "base64"
    for result in (once, live):
        assert (result.stdout_bytes, result.stderr_bytes) == (stdout, stderr)
        assert (result.stdout[:128], result.stderr) == (stdout[:128].decode(), "\ufffd\ufffd")
    assert b"".join(pieces) == stdout
    first, second = (channel.first for channel in server.channels)
    assert (first["binary"], second["binary"], second["stdout_offset"], second["stderr_offset"]) == (
        True,
        True,
        130,
        2,
    )
    server.scenes = [cut_within, go_on]
    handle = sandbox.commands.run("x", binary=True, background=True)
    assert handle.wait(timeout=PATIENCE).stdout_bytes == stdout

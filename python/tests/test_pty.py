import base64

import pytest

from fake_api import SANDBOX
from nullspace import ConflictError, NotFoundError, PtySessionInfo, SandboxError
from socket_server import SocketServer

PTY = "/v1/sandboxes/sb_1/pty"
RECORD = {"session_id": "ses_1", "pid": 42, "cols": 80, "rows": 24, "command": "bash", "started_at": None}


@pytest.fixture
def server():
    server = SocketServer()
    yield server
    server.close()


@pytest.fixture
def pty(api, sdk, server, monkeypatch):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    monkeypatch.setattr("nullspace._core.reconnecting.PAUSES", (0.0,) * 3)
    return sdk.Sandbox.connect("sb_1", base_url=server.url).pty


def started(channel):
    channel.send("pty_started", session_id="ses_1", pid=42, cols=100, rows=40)


def output(channel, data, offset):
    channel.send("pty_output", data_base64=base64.b64encode(data).decode(), offset=offset)


def test_a_terminal_is_typed_into_resized_and_killed(server, pty):
    frames = []

    def scene(channel):
        started(channel)
        output(channel, b"$ ", 0)
        frames.extend(channel.receive() for _ in range(4))
        channel.send("pty_exited", exit_code=137)

    server.scenes = [scene]
    session = pty.create_session(cols=100, rows=40, cwd="/tmp", envs={"A": "b"}, user="user")
    assert (session.id, session.session_id, session.pid) == ("ses_1", "ses_1", 42)
    session.send_input("ls\n")
    session.send_input(b"\x03\xff")
    assert session.resize(120, 50).cols == 120
    session.kill()
    seen = []
    result = session.wait(seen.append)
    assert (result.exit_code, result.error, result.timed_out, seen) == (137, None, False, [b"$ "])
    assert (session.is_connected, session.exit_code) == (False, 137)
    (channel,) = server.channels
    assert channel.path == "/v1/sandboxes/sb_1/ws?channel=pty"
    assert channel.first == {
        "type": "pty_start",
        "id": "pty",
        "cols": 100,
        "rows": 40,
        "cwd": "/tmp",
        "envs": {"A": "b"},
        "user": "user",
    }
    to = {"id": "pty", "session_id": "ses_1"}
    assert frames == [
        {**to, "type": "pty_input", "data": "ls\n"},
        {**to, "type": "pty_input", "data_base64": "A/8="},
        {**to, "type": "pty_resize", "cols": 120, "rows": 50},
        {**to, "type": "pty_kill"},
    ]
    with pytest.raises(ConflictError):
        session.send_input("x")


def test_a_program_of_its_own(server, pty):
    server.scenes = [lambda channel: (started(channel), channel.send("pty_exited", exit_code=0))]
    assert pty.create_session(command=["python3", "-i"]).wait().exit_code == 0
    first = server.channels[0].first
    assert (first["command"], first["args"], first["cols"], first["rows"]) == ("python3", ["-i"], 120, 30)


def test_it_goes_on_after_a_broken_connection_at_the_byte_read_last(server, pty):
    every_byte = bytes(range(256))

    def breaks(channel):
        started(channel)
        output(channel, every_byte, 500)
        channel.cut()

    def goes_on(channel):
        started(channel)
        output(channel, b"two", 756)
        channel.send("pty_exited", exit_code=3)

    server.scenes = [breaks, goes_on]
    session = pty.connect(session_id="ses_1")
    assert b"".join(session) == every_byte + b"two"
    assert session.exit_code == 3
    assert server.channels[0].first == {"id": "pty", "type": "pty_connect", "session_id": "ses_1"}
    assert server.channels[1].first["offset"] == 756


def test_a_wait_that_is_too_short_leaves_the_session_running(server, pty):
    server.scenes = [lambda channel: (started(channel), channel.wait_until_closed())]
    session = pty.connect(42)
    assert server.channels[0].first["pid"] == 42
    result = session.wait(timeout=0.01)
    assert (result.exit_code, result.timed_out, session.is_connected) == (124, True, False)


def test_callbacks_of_connect(server, pty, sdk):
    def scene(channel):
        started(channel)
        output(channel, b"hello", 0)
        channel.send("pty_exited", exit_code=0)

    server.scenes = [scene]
    seen = []
    session = pty.connect(session_id="ses_1", on_data=seen.append)
    sdk.wait_until(lambda: session.exit_code is not None)
    assert seen == [b"hello"]


def test_what_is_missing_or_goes_away_is_an_error(server, pty):
    def refused(channel):
        channel.send("error", code="pty_not_found", message="gone", request_id="req_1")

    def ends(channel):
        started(channel)
        channel.send("error", code="sandbox_not_found", message="gone", request_id="req_1")

    server.scenes = [refused]
    with pytest.raises(NotFoundError):
        pty.connect(session_id="ses_2")
    server.scenes = [ends]
    with pytest.raises(NotFoundError):
        list(pty.connect(session_id="ses_1"))
    server.scenes = [ends]
    result = pty.connect(session_id="ses_1").wait()
    assert (result.exit_code, result.error) == (1, "gone")
    server.scenes = [lambda channel: channel.cut()]
    with pytest.raises(SandboxError):
        pty.create_session()


@pytest.mark.parametrize("arguments", [{}, {"pid": 1, "session_id": "ses_1"}])
def test_one_name_of_a_session_is_needed(pty, server, arguments):
    with pytest.raises(SandboxError, match="one of them"):
        pty.connect(**arguments)
    with pytest.raises(SandboxError, match="at least 1"):
        pty.create_session(cols=0)
    assert server.channels == []


def test_calls(api, sdk):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    api.on(f"GET {PTY}", [RECORD])
    api.on(f"GET {PTY}/ses_1", RECORD)
    api.on(f"DELETE {PTY}/ses_1", {})
    api.on(f"POST {PTY}/ses_1/resize", {})
    pty = sdk.Sandbox.connect("sb_1").pty
    assert pty.list_sessions() == [PtySessionInfo("ses_1", 42, 80, 24)]
    assert pty.get_session_info("ses_1").id == "ses_1"
    pty.resize_session("ses_1", 90, 20)
    assert api.body() == {"cols": 90, "rows": 20}
    pty.kill_session("ses_1")
    assert api.routes[-1] == f"DELETE {PTY}/ses_1"
    with pytest.raises(SandboxError):
        pty.get_session_info("../x")

import pytest

from fake_api import SANDBOX
from nullspace import FileEvent, NotFoundError
from socket_server import SocketServer


@pytest.fixture
def server():
    server = SocketServer()
    yield server
    server.close()


@pytest.fixture
def files(api, sdk, server, monkeypatch):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    monkeypatch.setattr("nullspace._core.reconnecting.PAUSES", (0.0,) * 3)
    return sdk.Sandbox.connect("sb_1", base_url=server.url).files


def started(channel):
    channel.send("file_watch_started", path="/workspace")


def event(channel, name, **more):
    fields = {"event": "create", "name": name, "path": f"/workspace/{name}"} | more
    channel.send("file_event", **fields)


def test_events_until_the_server_ends_it(server, files, sdk):
    def scene(channel):
        started(channel)
        event(channel, "a")
        event(channel, "b", event="rename", old_path="/workspace/a")

    server.scenes = [scene]
    seen, ends = [], []
    files.watch_dir(".", seen.append, recursive=True, timeout=60, user="user", on_exit=ends.append)
    sdk.wait_until(lambda: bool(ends))
    assert seen == [
        FileEvent("create", "a", "/workspace/a"),
        FileEvent("rename", "b", "/workspace/b", "/workspace/a"),
    ]
    assert ends == [None]
    assert server.channels[0].path == "/v1/sandboxes/sb_1/ws"
    assert server.channels[0].first == {
        "type": "file_watch",
        "id": "watch",
        "path": ".",
        "user": "user",
        "recursive": True,
        "timeout_secs": 60,
    }


def test_a_broken_connection_is_made_again_and_told(server, files, sdk):
    def breaks(channel):
        started(channel)
        event(channel, "before")
        channel.cut()

    def goes_on(channel):
        started(channel)
        event(channel, "after")
        channel.wait_until_closed()

    server.scenes = [breaks, goes_on]
    seen = []
    with files.watch_dir("/workspace", seen.append):
        sdk.wait_until(lambda: any(change.name == "after" for change in seen))
    assert [(change.type, change.name) for change in seen] == [
        ("create", "before"),
        ("overflow", ""),
        ("create", "after"),
    ]


def test_a_directory_that_is_missing_or_goes_away(server, files, sdk):
    gone = {"code": "file_not_found", "message": "gone", "request_id": "req_1"}
    server.scenes = [lambda channel: channel.send("error", **gone)]
    with pytest.raises(NotFoundError):
        files.watch_dir("/missing", print)
    server.scenes = [lambda channel: (started(channel), channel.send("error", **gone))]
    ends = []
    files.watch_dir("/workspace", print, on_exit=ends.append)
    sdk.wait_until(lambda: bool(ends))
    assert isinstance(ends[0], NotFoundError)


def test_it_ends_by_itself_by_stop_and_with_an_error_of_its_callback(server, files, sdk):
    def scene(channel):
        started(channel)
        event(channel, "a")
        channel.wait_until_closed()

    server.scenes = [scene]
    ends = []
    files.watch_dir("/workspace", lambda _event: None, timeout=0.05, on_exit=ends.append)
    sdk.wait_until(lambda: len(ends) == 1)
    watch = files.watch_dir("/workspace", lambda _event: None, on_exit=ends.append)
    watch.stop()
    sdk.wait_until(lambda: len(ends) == 2)
    files.watch_dir("/workspace", lambda _event: 1 / 0, on_exit=ends.append)
    sdk.wait_until(lambda: len(ends) == 3)
    assert ends[:2] == [None, None]
    assert isinstance(ends[2], ZeroDivisionError)

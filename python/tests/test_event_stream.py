import itertools
import threading

import pytest

import nullspace
from fake_api import SANDBOX
from nullspace import AuthError, NotFoundError, SandboxError, TransportError
from socket_server import SocketServer
from test_lifecycle import EVENT

PATIENCE = 60


@pytest.fixture
def server():
    server = SocketServer()
    yield server
    server.close()


@pytest.fixture
def lifecycle(api, sdk, server, monkeypatch):
    monkeypatch.setattr("nullspace._core.event_stream._FIRST_PAUSE", 0.0)
    monkeypatch.setattr("nullspace._sync.open_socket.OPEN_PAUSES", (0.0,) * 2)
    monkeypatch.setattr("nullspace._async.open_socket.OPEN_PAUSES", (0.0,) * 2)
    return sdk.Lifecycle(base_url=server.url)


def scene(*ids, cut=False, before=lambda: None):
    """Confirms the subscription, sends events, and cuts the connection or waits for its end."""

    def play(channel):
        channel.send("subscribed", subscription={}, reconnect_mode="cursor_replay")
        before()
        for event_id in ids:
            channel.send("event", event={**EVENT, "id": event_id})
        if cut:
            channel.cut()
        else:
            channel.wait_until_closed()

    return play


def take(events, count):
    return [event.id for event in itertools.islice(events, count)]


def test_events_arrive_in_order(server, lifecycle):
    server.scenes = [scene("evt_1", "evt_2")]
    events = lifecycle.stream_events()
    assert take(events, 2) == ["evt_1", "evt_2"]
    events.close()
    (channel,) = server.channels
    assert (channel.path, channel.authorization) == ("/v1/lifecycle/ws", "Bearer ns_test_key")
    assert channel.first == {"type": "subscribe", "live_only": False, "replay_limit": 100}


def test_all_filters_are_sent(server, lifecycle):
    server.scenes = [scene()]
    options = {
        "sandbox_id": "sb_1",
        "snapshot_id": "snap_1",
        "operation": "fork",
        "status": "failed",
        "audience": "customer",
        "live_only": True,
        "after_event_id": "evt_0",
        "replay_limit": 7,
        "metadata": {"a": 1},
    }
    with lifecycle.stream_events(**options):
        assert server.channels[0].first == {"type": "subscribe", **options}


def test_entering_a_block_subscribes(server, lifecycle):
    entered = threading.Event()
    server.scenes = [scene("evt_1", before=lambda: entered.wait(PATIENCE))]
    with lifecycle.stream_events(live_only=True) as events:
        entered.set()
        assert take(events, 1) == ["evt_1"]


def test_events_of_one_sandbox(api, sdk, server, lifecycle):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    server.scenes = [scene("evt_1")]
    with sdk.Sandbox.connect("sb_1", base_url=server.url).stream_events(operation="create") as events:
        assert take(events, 1) == ["evt_1"]
    assert server.channels[0].path == "/v1/sandboxes/sb_1/lifecycle/ws"
    assert server.channels[0].first["operation"] == "create"


def test_a_broken_stream_goes_on_after_the_last_event(server, lifecycle):
    # The server may repeat the event that it goes on from.
    server.scenes = [scene("evt_1", "evt_2", cut=True), scene("evt_2", "evt_3", cut=True), scene("evt_4")]
    with lifecycle.stream_events(live_only=True) as events:
        assert take(events, 4) == ["evt_1", "evt_2", "evt_3", "evt_4"]
    cursors = [channel.first.get("after_event_id") for channel in server.channels]
    assert cursors == [None, "evt_2", "evt_3"]
    assert [channel.first["live_only"] for channel in server.channels] == [True, False, False]


def test_a_stream_waits_for_a_server_that_is_starting_again(server, lifecycle):
    server.scenes = [scene("evt_1", cut=True), scene("evt_2")]
    with lifecycle.stream_events() as events:
        assert take(events, 1) == ["evt_1"]
        server.refusals = [503] * 7
        assert take(events, 1) == ["evt_2"]


def test_pauses_between_attempts_grow_to_a_bound():
    stream = nullspace._core.event_stream.EventStream({})
    assert [stream.pause_after_break() for _ in range(7)] == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
    stream.receive('{"type": "subscribed"}')
    assert stream.pause_after_break() == 0.25


@pytest.mark.parametrize(("status", "kind"), [(401, AuthError), (404, SandboxError), (503, TransportError)])
def test_a_refused_first_connection_is_an_error(server, lifecycle, status, kind):
    server.refusals = [status] * 3
    with pytest.raises(SandboxError) as caught, lifecycle.stream_events():
        pass
    assert type(caught.value) is kind


def test_a_later_refusal_ends_the_stream(server, lifecycle):
    server.scenes = [scene("evt_1", cut=True)]
    events = lifecycle.stream_events()
    assert take(events, 1) == ["evt_1"]
    server.refusals = [401]
    with pytest.raises(AuthError):
        take(events, 1)
    assert take(events, 1) == []


def test_a_connection_that_ends_before_it_begins_is_an_error(server, lifecycle):
    server.scenes = [lambda channel: channel.cut()]
    with pytest.raises(TransportError, match="before it began"), lifecycle.stream_events():
        pass


def test_an_error_of_the_server_ends_the_stream(server, lifecycle):
    def refuse(channel):
        channel.send("error", message="invalid message")

    def gone(channel):
        channel.send("subscribed")
        channel.send("error", code="sandbox_not_found", message="no sandbox sb_9")

    server.scenes = [refuse, gone]
    with pytest.raises(SandboxError, match="invalid message") as caught:
        take(lifecycle.stream_events(), 1)
    assert caught.value.code == "websocket_error"
    with pytest.raises(NotFoundError, match="sb_9"):
        take(lifecycle.stream_events(), 1)


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[1]",
        "{}",
        '{"type": "later"}',
        '{"type": "event", "event": {"id": "evt_1"}}',
        '{"type": "event"}',
    ],
)
def test_a_frame_of_another_shape_is_an_invalid_response(server, lifecycle, text):
    def odd(channel):
        channel.send("subscribed")
        channel.send_text(text)
        channel.wait_until_closed()

    server.scenes = [odd]
    with pytest.raises(SandboxError) as caught:
        take(lifecycle.stream_events(), 1)
    assert caught.value.code == "invalid_response"


def test_an_event_before_the_subscription_is_an_invalid_response(server, lifecycle):
    server.scenes = [lambda channel: channel.send("event", event=EVENT)]
    with pytest.raises(SandboxError, match="event"):
        take(lifecycle.stream_events(), 1)


def test_a_stream_that_waits_can_be_closed_by_another_thread(server, lifecycle):
    server.scenes = [scene("evt_1")]
    with nullspace.Lifecycle(base_url=server.url).stream_events() as events:
        assert take(events, 1) == ["evt_1"]
        closer = threading.Timer(0.05, events.close)
        closer.start()
        assert take(events, 1) == []
        closer.join()


def test_what_nobody_may_ask_for_is_refused(server, lifecycle):
    with pytest.raises(SandboxError, match="audience"):
        lifecycle.stream_events(audience="internal")
    with pytest.raises(ValueError, match="nap"):
        lifecycle.stream_events(operation="nap")
    assert server.channels == []

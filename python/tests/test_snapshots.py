import json

import httpx
import pytest

from fake_api import SANDBOX
from nullspace import (
    ConflictError,
    NotFoundError,
    QuotaExceededError,
    SandboxError,
    SandboxPausedError,
    SnapshotKind,
)

SNAPSHOT = {
    "id": "snap_1",
    "sandbox_id": "sb_1",
    "size_bytes": 4096,
    "created_at": "2026-03-10T12:00:00Z",
    "metadata": {"created_via": "hibernate"},
    "a_later_field": 1,
}
HIBERNATE = "POST /v1/sandboxes/sb_1/hibernate"
RESUME = "POST /v1/sandboxes/snap_1/resume"
FORK = "POST /v1/sandboxes/sb_1/fork"
SAVE = "POST /v1/sandboxes/sb_1/snapshots"
KILL = "DELETE /v1/sandboxes/sb_1"
LIST = "GET /v1/snapshots"
GET = "GET /v1/snapshots/snap_1"


@pytest.fixture
def sandbox(api, sdk):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    return sdk.Sandbox.connect("sb_1")


def test_a_pause_returns_its_snapshot(api, sandbox):
    api.on(HIBERNATE, SNAPSHOT)
    for snapshot in (sandbox.hibernate(), sandbox.pause(), sandbox.pause(request_timeout=9)):
        assert (snapshot.id, snapshot.sandbox_id, snapshot.size_bytes) == ("snap_1", "sb_1", 4096)
        assert (snapshot.created_at.year, snapshot.metadata) == (2026, {"created_via": "hibernate"})
    assert [request.content for request in api.requests[1:]] == [b""] * 3
    reads = [request.extensions["timeout"]["read"] for request in api.requests[1:]]
    assert reads == [300.0, 300.0, 9]


def test_a_pause_is_sent_once(api, sandbox):
    api.on(HIBERNATE, httpx.ReadError("gone"), SNAPSHOT)
    with pytest.raises(SandboxError, match="broke"):
        sandbox.pause()
    assert api.routes.count(HIBERNATE) == 1


def test_a_block_leaves_a_sandbox_that_was_paused_inside(api, sdk):
    api.on("POST /v1/sandboxes", SANDBOX)
    api.on(HIBERNATE, SNAPSHOT)
    with sdk.Sandbox.create() as sandbox:
        sandbox.hibernate()
    assert KILL not in api.routes


def test_a_block_kills_a_sandbox_whose_pause_failed(api, sdk):
    api.on("POST /v1/sandboxes", SANDBOX)
    api.on(HIBERNATE, api.error(507, "disk_full"))
    api.on(KILL, httpx.Response(204))
    with pytest.raises(SandboxError, match="disk_full"), sdk.Sandbox.create() as sandbox:
        sandbox.hibernate()
    assert api.routes[-1] == KILL


def test_resume_returns_a_handle_of_the_new_sandbox(api, sdk):
    api.on(RESUME, {**SANDBOX, "id": "sb_2"})
    api.on("GET /v1/sandboxes/sb_2", {**SANDBOX, "id": "sb_2"})
    sandbox = sdk.Sandbox.resume("snap_1")
    assert (sandbox.id, sandbox.is_running()) == ("sb_2", True)
    assert api.requests[0].content == b""
    sdk.Sandbox.resume("snap_1", request_timeout=7)
    reads = [request.extensions["timeout"]["read"] for request in api.requests]
    assert reads == [300.0, 30.0, 7]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "snapshot_not_found", NotFoundError),
        (409, "incompatible_snapshot", ConflictError),
        (409, "rebuild_required", ConflictError),
        (409, "snapshot_corrupt", ConflictError),
        (409, "same_host_required", ConflictError),
    ],
)
def test_a_refused_resume(api, sdk, status, code, kind):
    api.on(RESUME, api.error(status, code))
    with pytest.raises(kind) as caught:
        sdk.Sandbox.resume("snap_1")
    assert caught.value.code == code


def test_a_call_to_a_paused_sandbox(api, sandbox):
    api.on(
        "POST /v1/sandboxes/sb_1/exec",
        api.error(409, "sandbox_not_ready", details={"status": "paused", "snapshot_id": "snap_1"}),
    )
    with pytest.raises(SandboxPausedError) as caught:
        sandbox.commands.run("true")
    assert isinstance(caught.value, ConflictError)
    assert caught.value.snapshot_id == "snap_1"


def test_a_snapshot_of_a_running_sandbox(api, sandbox):
    api.on(SAVE, SNAPSHOT)
    assert sandbox.create_snapshot().id == "snap_1"
    sandbox.create_snapshot("key-1", kind="filesystem", metadata={"a": 1})
    sandbox.create_snapshot(kind=SnapshotKind.MEMORY)
    first, second, third = api.requests[1:]
    assert first.content == b""
    assert len(first.headers["idempotency-key"]) == 36
    assert second.headers["idempotency-key"] == "key-1"
    assert json.loads(second.content) == {"kind": "filesystem", "metadata": {"a": 1}}
    assert json.loads(third.content) == {"kind": "memory"}
    with pytest.raises(ValueError, match="disk"):
        sandbox.create_snapshot(kind="disk")


def test_a_snapshot_whose_answer_was_lost_is_asked_for_again(api, sandbox):
    api.on(SAVE, httpx.ReadError("gone"), api.error(409, "transition_in_progress"), SNAPSHOT)
    assert sandbox.create_snapshot().id == "snap_1"
    keys = {request.headers["idempotency-key"] for request in api.requests[1:]}
    assert len(keys) == 1


def test_fork_returns_a_handle_of_the_copy(api, sdk, sandbox):
    api.on(FORK, {**SANDBOX, "id": "sb_2"})
    api.on("DELETE /v1/sandboxes/sb_2", httpx.Response(204))
    with sandbox.fork() as child:
        assert child.id == "sb_2"
    sandbox.fork("key-1")
    # The child's connections are its own.
    assert sandbox.is_running()
    forks = [request for request in api.requests if request.url.path.endswith("fork")]
    assert [request.content for request in forks] == [b"", b""]
    assert forks[1].headers["idempotency-key"] == "key-1"


def test_many_forks_give_a_sandbox_or_an_error_each(api, sandbox):
    refused = {"code": "capacity_exceeded", "message": "no room", "details": {"a": 1}}
    api.on(FORK, {"items": [{"sandbox": {**SANDBOX, "id": "sb_2"}}, {"error": refused}]})
    first, second = sandbox.fork(count=2)
    assert (first.sandbox.id, first.error) == ("sb_2", None)
    assert second.sandbox is None
    assert isinstance(second.error, QuotaExceededError)
    assert (second.error.code, second.error.message) == ("capacity_exceeded", "no room")
    assert second.error.details == {"a": 1}
    assert api.body() == {"count": 2}


@pytest.mark.parametrize("count", [0, 101, 1.5, True, "2"])
def test_a_count_out_of_bounds_is_refused(api, sandbox, count):
    with pytest.raises(SandboxError, match="count") as caught:
        sandbox.fork(count=count)
    assert caught.value.code == "invalid_request"
    assert len(api.requests) == 1


def test_create_from_a_snapshot_sends_only_what_may_change(api, sdk):
    api.on("POST /v1/sandboxes", SANDBOX)
    sdk.Sandbox.create(snapshot_id="snap_1")
    assert api.body() == {
        "snapshot_id": "snap_1",
        "timeout_ms": 300000,
        "network": None,
        "auto_resume": False,
    }
    sdk.Sandbox.create(
        snapshot_id="snap_1", metadata={"a": 1}, timeout=5, on_timeout="pause", internet_access=False
    )
    assert api.body()["internet_access"] is False
    body = api.body()
    assert (body["metadata"], body["timeout_ms"], body["lifecycle"]) == (
        {"a": 1},
        5000,
        {"on_timeout": "pause"},
    )


@pytest.mark.parametrize(
    "option",
    [
        {"template": "node"},
        {"vcpus": 1},
        {"memory_mb": 512},
        {"disk_mb": 9000},
        {"envs": {}},
        {"cwd": "/"},
    ],
)
def test_what_a_snapshot_decides_cannot_be_passed_beside_it(api, sdk, option):
    with pytest.raises(SandboxError, match=next(iter(option))) as caught:
        sdk.Sandbox.create(snapshot_id="snap_1", **option)
    assert caught.value.code == "invalid_request"
    assert api.requests == []


def test_snapshots_without_a_handle(api, sdk):
    api.on(LIST, [SNAPSHOT, {**SNAPSHOT, "id": "snap_2", "metadata": {}}])
    api.on(GET, SNAPSHOT)
    api.on("DELETE /v1/snapshots/snap_1", httpx.Response(204), api.error(409, "snapshot_in_use"))
    assert [snapshot.id for snapshot in sdk.Snapshot.list()] == ["snap_1", "snap_2"]
    sdk.Snapshot.list(sandbox_id="sb_1", metadata={"a": 1})
    params = dict(api.requests[-1].url.params)
    asked = params.pop("fields").split(",")
    assert {"id", "kind", "status", "created_via"} < set(asked)
    assert params == {"sandbox_id": "sb_1", "metadata": '{"a":1}'}
    snapshot = sdk.Snapshot.get("snap_1")
    assert (snapshot.size_bytes, snapshot.kind, snapshot.config) == (4096, None, None)
    assert api.requests[-1].url.params["fields"].split(",") == asked
    sdk.Snapshot.delete("snap_1")
    with pytest.raises(ConflictError):
        sdk.Snapshot.delete("snap_1")


def test_the_details_of_a_snapshot(api, sdk):
    details = {
        "kind": "filesystem",
        "status": "corrupt",
        "status_message": "pages.img",
        "created_via": "snapshot",
        "template": "base",
        "config": {"vcpus": 2, "memory_mb": 512, "disk_mb": 8192},
    }
    api.on(GET, {**SNAPSHOT, **details}, {**SNAPSHOT, "kind": "later"})
    snapshot = sdk.Snapshot.get("snap_1")
    assert snapshot.kind is SnapshotKind.FILESYSTEM
    assert (snapshot.status, snapshot.status_message) == ("corrupt", "pages.img")
    assert (snapshot.created_via, snapshot.template, snapshot.config.memory_mb) == ("snapshot", "base", 512)
    assert sdk.Snapshot.get("snap_1").kind == "later"


def test_snapshots_by_pages(api, sdk):
    first = {"items": [SNAPSHOT], "next_token": "t1", "has_next": True}
    api.on(LIST, first, {**first, "items": [{**SNAPSHOT, "id": "snap_2"}], "has_next": False})
    pages = sdk.Snapshot.list(limit=1)
    assert [snapshot.id for snapshot in pages] == ["snap_1", "snap_2"]
    assert api.requests[0].url.params["limit"] == "1"
    assert api.requests[1].url.params["next_token"] == "t1"
    with pytest.raises(SandboxError, match="limit"):
        sdk.Snapshot.list(limit=0)


@pytest.mark.parametrize("snapshot_id", ["", "../sandboxes", "a/b", "snap 1", None])
def test_a_bad_snapshot_id_is_refused(api, sdk, snapshot_id):
    for call in (sdk.Snapshot.get, sdk.Snapshot.delete, sdk.Sandbox.resume):
        with pytest.raises(SandboxError, match="snapshot id"):
            call(snapshot_id)
    assert api.requests == []


def test_an_unreadable_time_is_an_invalid_response(api, sdk):
    api.on(GET, {**SNAPSHOT, "created_at": "soon"})
    with pytest.raises(SandboxError, match="created_at") as caught:
        sdk.Snapshot.get("snap_1")
    assert caught.value.code == "invalid_response"

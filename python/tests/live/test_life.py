import pytest

from nullspace import (
    ConflictError,
    LifecycleOperation,
    NotFoundError,
    SandboxPausedError,
    SandboxQuery,
    SandboxStatus,
    SandboxTimeoutAction,
    SnapshotKind,
)

PATIENCE = 60


@pytest.fixture
def kept(sdk, label):
    """A sandbox with a file and a process, which the test may pause."""
    sandbox = sdk.Sandbox.create(metadata=label, timeout=600)
    sandbox.files.write("/workspace/note", "kept")
    sleeper = sandbox.commands.run("sleep", ["1000"], background=True)
    yield sandbox, sleeper.pid
    sandbox.close()


def alive(sandbox):
    return [process.pid for process in sandbox.commands.list() if process.running]


def test_a_pause_and_its_resume(sdk, kept, label):
    sandbox, pid = kept
    snapshot = sandbox.hibernate()
    info = sandbox.get_info()
    assert (info.status, info.snapshot_id) == (SandboxStatus.PAUSED, snapshot.id)
    assert not sandbox.is_running()
    with pytest.raises(SandboxPausedError) as caught:
        sandbox.commands.run("true")
    assert caught.value.snapshot_id == snapshot.id
    assert [item.id for item in sdk.Sandbox.list(state="paused", query=SandboxQuery(metadata=label))] == [
        sandbox.id
    ]
    resumed = sdk.Sandbox.resume(snapshot.id)
    assert resumed.id != sandbox.id
    assert resumed.files.read("/workspace/note") == "kept"
    assert pid in alive(resumed)
    assert sdk.Sandbox.get_info_by_id(sandbox.id).id == resumed.id
    assert sdk.Sandbox.resume(snapshot.id).id == resumed.id
    resumed.kill()
    with pytest.raises(NotFoundError):
        sdk.Sandbox.resume(snapshot.id)


def test_a_block_keeps_what_was_paused_inside(sdk, label):
    with sdk.Sandbox.create(metadata=label) as sandbox:
        sandbox.files.write("/workspace/note", "kept")
        sandbox.pause()
    assert sdk.Sandbox.get_info_by_id(sandbox.id).status is SandboxStatus.PAUSED
    with sdk.Sandbox.connect(sandbox.id) as connected:
        assert connected.files.read("/workspace/note") == "kept"
    with pytest.raises(NotFoundError):
        sdk.Sandbox.connect(sandbox.id)


def test_a_live_command_is_told_of_a_pause_and_followed_after_it(sdk, kept):
    sandbox, _pid = kept
    handle = sandbox.commands.run(
        "echo begun; touch /begun; until [ -e /go ]; do sleep 0.1; done; echo done",
        shell=True,
        background=True,
        on_stdout=lambda _text: None,
    )
    sandbox.commands.run("until [ -e /begun ]; do sleep 0.1; done", shell=True)
    snapshot = sandbox.pause()
    with pytest.raises(SandboxPausedError):
        handle.wait(timeout=PATIENCE)
    with sdk.Sandbox.resume(snapshot.id) as resumed:
        resumed.files.write("/go", "")
        assert resumed.commands.connect(handle.pid).wait(timeout=PATIENCE).stdout == "begun\ndone\n"


def test_snapshots(sdk, kept, label):
    sandbox, pid = kept
    memory = sandbox.create_snapshot(metadata={**label, "name": "memory"})
    files = sandbox.create_snapshot(kind="filesystem", metadata=label)
    assert sandbox.is_running()
    listed = sdk.Snapshot.list(sandbox_id=sandbox.id)
    assert [(item.id, item.kind, item.created_via) for item in listed] == [
        (files.id, SnapshotKind.FILESYSTEM, "snapshot"),
        (memory.id, SnapshotKind.MEMORY, "snapshot"),
    ]
    assert [item.id for item in sdk.Snapshot.list(metadata={**label, "name": "memory"})] == [memory.id]
    assert [item.id for item in sdk.Snapshot.list(limit=1, metadata=label)] == [files.id, memory.id]
    details = sdk.Snapshot.get(memory.id)
    assert (details.status, details.template, details.config.memory_mb) == ("ready", "base", 512)
    with sdk.Sandbox.create(snapshot_id=memory.id, metadata=label) as copy:
        assert pid in alive(copy)
        assert copy.files.read("/workspace/note") == "kept"
    with sdk.Sandbox.create(snapshot_id=files.id, metadata=label, timeout=60) as fresh:
        assert pid not in alive(fresh)
        assert fresh.files.read("/workspace/note") == "kept"
    for item in (memory, files):
        sdk.Snapshot.delete(item.id)
        with pytest.raises(NotFoundError):
            sdk.Snapshot.get(item.id)


def test_a_pause_holds_its_snapshot(sdk, kept):
    sandbox, _pid = kept
    snapshot = sandbox.pause()
    assert sdk.Snapshot.get(snapshot.id).created_via == "hibernate"
    with pytest.raises(ConflictError) as caught:
        sdk.Snapshot.delete(snapshot.id)
    assert caught.value.code == "snapshot_in_use"
    sdk.Sandbox.kill_by_id(sandbox.id)
    with pytest.raises(NotFoundError):
        sdk.Snapshot.get(snapshot.id)


def test_forks(sdk, kept):
    sandbox, pid = kept
    with sandbox.fork() as child:
        assert pid in alive(child)
        child.files.write("/workspace/note", "of the child")
        assert sandbox.files.read("/workspace/note") == "kept"
    children = [child.sandbox for child in sandbox.fork(count=3)]
    assert len({child.id for child in children}) == 3
    for child in children:
        assert child.files.read("/workspace/note") == "kept"
        child.kill()
        child.close()


def test_deadlines(sdk, label):
    with sdk.Sandbox.create(metadata=label, on_timeout="pause", timeout=300) as sandbox:
        assert sandbox.get_info().timeout_action is SandboxTimeoutAction.HIBERNATE
        sandbox.set_timeout(600, timeout_action="destroy")
        info = sandbox.get_info()
        assert (info.timeout_ms, info.timeout_action) == (600_000, SandboxTimeoutAction.DESTROY)


def test_events(sdk, label):
    with sdk.Lifecycle() as lifecycle:
        sandbox = sdk.Sandbox.create(metadata=label)
        with sandbox.stream_events(status="succeeded") as events:
            sandbox.set_timeout(400)
            sandbox.kill()
            seen = [next(events).operation for events in [iter(events)] for _ in range(3)]
        assert seen == ["create", "timeout_updated", "destroy"]
        page = lifecycle.list_sandbox_events(sandbox.id, order_asc=True, status="succeeded")
        assert [event.operation for event in page.events] == seen
        assert "timeout_at" in page.events[1].details
        replay = lifecycle.stream_events(sandbox_id=sandbox.id, after_event_id=page.events[0].id)
        assert next(event for event in replay if event.status == "succeeded") == page.events[1]
        replay.close()


def test_webhooks(sdk):
    with sdk.Lifecycle() as lifecycle:
        made = lifecycle.create_webhook(
            "https://example.com/hook",
            ["create", LifecycleOperation.DESTROY],
            "a-secret-of-some-length",
            enabled=False,
        )
        assert made.id in [webhook.id for webhook in lifecycle.list_webhooks()]
        assert lifecycle.update_webhook(made.id, operations=["fork"]).operations == [LifecycleOperation.FORK]
        assert lifecycle.list_webhook_deliveries(made.id) == []
        lifecycle.delete_webhook(made.id)
        with pytest.raises(NotFoundError):
            lifecycle.get_webhook(made.id)

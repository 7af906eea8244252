import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest
from nullspace import (
    AsyncLifecycle,
    Lifecycle,
    LifecycleActorKind,
    LifecycleOperation,
    LifecycleStatus,
    NotFoundError,
    Sandbox,
    SandboxError,
    Snapshot,
)

PATIENCE = 60


@pytest.fixture(scope="module")
def story(home):
    """A life from create to destroy, with a snapshot, a pause, a resume and a fork; the ids of it."""
    sandbox = Sandbox.create(timeout=600, metadata={"suite": "events"})
    sandbox.set_timeout(700)
    snapshot = sandbox.create_snapshot()
    child = sandbox.fork()
    child.kill()
    pause = sandbox.hibernate()
    resumed = Sandbox.resume(pause.id)
    resumed.kill()
    Snapshot.delete(snapshot.id)
    return {
        "first": sandbox.id,
        "child": child.id,
        "second": resumed.id,
        "snapshot": snapshot.id,
        "pause": pause.id,
    }


@pytest.fixture
def lifecycle(home):
    lifecycle = Lifecycle()
    yield lifecycle
    lifecycle.close()


def succeeded(lifecycle, **filters):
    page = lifecycle.list_events(status="succeeded", order_asc=True, **filters)
    assert not page.has_more
    return page.events


def test_a_life_in_events(lifecycle, story):
    events = lifecycle.list_sandbox_events(story["first"], order_asc=True, status="succeeded").events
    operations = [event.operation.value for event in events]
    assert operations[0] == "create"
    for operation in ("timeout_updated", "snapshot_created", "fork", "hibernate"):
        assert operation in operations, operations
    assert events == sorted(events, key=lambda event: event.occurred_at)
    created = events[0]
    assert (created.sandbox_id, created.reason) == (story["first"], "api")
    assert created.actor_kind is LifecycleActorKind.USER
    pause = next(event for event in events if event.operation is LifecycleOperation.HIBERNATE)
    assert pause.snapshot_id == story["pause"]


def test_the_end_says_why(lifecycle, story):
    (destroyed,) = succeeded(lifecycle, operation="destroy", sandbox_id=story["second"])
    assert (destroyed.reason, destroyed.actor_kind) == ("manual", LifecycleActorKind.USER)


def test_resume_and_fork_name_both_sides(lifecycle, story):
    (resume,) = succeeded(lifecycle, operation="resume_from_snapshot", target_sandbox_id=story["second"])
    assert (resume.source_sandbox_id, resume.target_sandbox_id) == (story["first"], story["second"])
    assert resume.snapshot_id == story["pause"]
    (fork,) = succeeded(lifecycle, operation="fork", source_sandbox_id=story["first"])
    assert (fork.source_sandbox_id, fork.target_sandbox_id) == (story["first"], story["child"])


def test_events_of_snapshots(lifecycle, story):
    events = lifecycle.list_snapshot_events(story["snapshot"]).events
    assert "snapshot_created" in [event.operation.value for event in events]
    paused = lifecycle.list_snapshot_events(story["pause"], operation="snapshot_created").events
    assert {event.metadata.get("created_via") for event in paused} == {"hibernate"}
    with pytest.raises(NotFoundError):
        lifecycle.list_snapshot_events("snap_unknown")
    with pytest.raises(NotFoundError):
        lifecycle.list_sandbox_events("sb_unknown")


def test_pages_and_order(lifecycle, story):
    every = lifecycle.list_events(sandbox_id=story["first"], order_asc=True).events
    assert len(every) >= 5
    assert lifecycle.list_events(sandbox_id=story["first"]).events == every[::-1]
    page = lifecycle.list_events(sandbox_id=story["first"], order_asc=True, offset=1, limit=2)
    assert (page.events, page.offset, page.limit, page.has_more) == (every[1:3], 1, 2, True)
    last = lifecycle.list_events(sandbox_id=story["first"], order_asc=True, offset=len(every) - 1)
    assert (last.events, last.has_more) == (every[-1:], False)


def test_times(lifecycle, story):
    every = lifecycle.list_events(sandbox_id=story["first"], order_asc=True).events
    middle = every[2].occurred_at.isoformat()
    later = lifecycle.list_events(sandbox_id=story["first"], order_asc=True, from_time=middle).events
    earlier = lifecycle.list_events(sandbox_id=story["first"], order_asc=True, to_time=middle).events
    assert earlier + later == every
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert lifecycle.list_events(from_time=tomorrow).events == []


def test_bad_filters(lifecycle):
    for filters in ({"limit": 0}, {"offset": -1}, {"from_time": "soon"}):
        with pytest.raises(SandboxError) as caught:
            lifecycle.list_events(**filters)
        assert caught.value.code == "invalid_request"


def test_a_handle_lists_its_own_events(sandbox):
    events = sandbox.list_lifecycle(operation="create", status="succeeded").events
    assert [event.sandbox_id for event in events] == [sandbox.id]


def test_a_deadline_in_events(lifecycle, label, until):
    sandbox = Sandbox.create(timeout=1, metadata=label)
    filters = {"sandbox_id": sandbox.id, "operation": "destroy"}
    until(lambda: succeeded(lifecycle, **filters), "the destroy at the deadline")
    (destroyed,) = succeeded(lifecycle, **filters)
    assert (destroyed.reason, destroyed.actor_kind) == ("timeout", LifecycleActorKind.SYSTEM)
    assert succeeded(lifecycle, sandbox_id=sandbox.id, operation="timeout_expired")


def collect(events, enough):
    """Events from a stream, in a thread of its own, until one is enough."""
    seen = []

    def run():
        for event in events:
            seen.append(event)
            if enough(event):
                return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return seen, thread


def test_a_stream_replays_and_goes_on(lifecycle, label):
    sandbox = Sandbox.create(metadata=label)
    stream = lifecycle.stream_events(sandbox_id=sandbox.id, status="succeeded")
    seen, thread = collect(stream, lambda event: event.operation is LifecycleOperation.DESTROY)
    sandbox.set_timeout(400)
    sandbox.kill()
    thread.join(PATIENCE)
    assert [event.operation.value for event in seen] == ["create", "timeout_updated", "destroy"]
    assert {event.status for event in seen} == {LifecycleStatus.SUCCEEDED}


def test_a_stream_goes_on_after_a_cursor(lifecycle, story):
    every = lifecycle.list_events(sandbox_id=story["first"], order_asc=True).events
    stream = lifecycle.stream_events(sandbox_id=story["first"], after_event_id=every[1].id)
    seen, thread = collect(stream, lambda event: event.id == every[-1].id)
    thread.join(PATIENCE)
    assert [event.id for event in seen] == [event.id for event in every[2:]]


def test_a_handle_streams_its_own_events(label):
    with Sandbox.create(metadata=label) as sandbox, Sandbox.create(metadata=label) as other:
        stream = sandbox.stream_events()
        seen, thread = collect(stream, lambda event: event.operation is LifecycleOperation.TIMEOUT_UPDATED)
        other.set_timeout(500)
        sandbox.set_timeout(500)
        thread.join(PATIENCE)
        assert {event.sandbox_id for event in seen} == {sandbox.id}
        assert seen[-1].operation is LifecycleOperation.TIMEOUT_UPDATED


def test_a_subscription_calls_back(lifecycle, label):
    called = threading.Event()
    sandbox = Sandbox.create(metadata=label)
    subscription = lifecycle.subscribe(
        sandbox_id=sandbox.id, operation="destroy", on_event=lambda _event: called.set()
    )
    sandbox.kill()
    assert called.wait(PATIENCE)
    subscription.stop()


def test_the_asyncio_client(label, story):
    async def run():
        lifecycle = AsyncLifecycle()
        page = await lifecycle.list_sandbox_events(story["first"], limit=1)
        assert (len(page.events), page.has_more) == (1, True)
        sandbox = Sandbox.create(metadata=label)
        stream = lifecycle.stream_events(sandbox_id=sandbox.id, status="succeeded")
        first = await asyncio.wait_for(stream.__anext__(), PATIENCE)
        assert first.operation is LifecycleOperation.CREATE
        await asyncio.to_thread(sandbox.kill)
        second = await asyncio.wait_for(stream.__anext__(), PATIENCE)
        assert second.operation is LifecycleOperation.DESTROY
        await stream.aclose()
        await lifecycle.close()

    asyncio.run(run())

import asyncio
import contextlib
import uuid

import pytest
from nullspace import AsyncSandbox, AsyncSnapshot, NotFoundError, Sandbox, Snapshot


@pytest.fixture(scope="module")
def source(home):
    """A sandbox to save and to copy, with something in a process's memory."""
    with Sandbox.create(timeout=900, metadata={"suite": "snapshots"}, envs={"A": "1"}) as sandbox:
        sandbox.files.write("/workspace/note", "before")
        yield sandbox


@pytest.fixture
def snapshot(source):
    saved = source.create_snapshot()
    yield saved
    with contextlib.suppress(NotFoundError):
        Snapshot.delete(saved.id)


def test_a_snapshot_leaves_its_source_running(source, snapshot):
    assert snapshot.id.startswith("snap_")
    assert (snapshot.sandbox_id, snapshot.size_bytes > 0) == (source.id, True)
    assert source.is_running()
    assert source.get_info().snapshot_id is None


def test_a_command_goes_on_through_a_snapshot(source):
    handle = source.commands.run(
        "echo begun; read line; echo $line", shell=True, background=True, on_stdout=lambda _text: None
    )
    Snapshot.delete(source.create_snapshot().id)
    source.commands.send_stdin(handle.pid, "after\n")
    assert handle.wait(timeout=60).stdout == "begun\nafter\n"


def test_one_snapshot_starts_many(source, snapshot, label):
    source.files.write("/workspace/note", "after")
    with Sandbox.create(snapshot_id=snapshot.id, metadata=label, timeout=120) as first:
        info = first.get_info()
        assert (info.metadata, info.timeout_ms, info.template) == (label, 120_000, "base")
        assert (first.files.read("/workspace/note"), source.files.read("/workspace/note")) == (
            "before",
            "after",
        )
        assert first.commands.run("echo $A", shell=True).stdout == "1\n"
        first.files.write("/workspace/note", "of the first")
        with Sandbox.resume(snapshot.id) as second:
            assert len({source.id, first.id, second.id}) == 3
            assert second.files.read("/workspace/note") == "before"
        # A sandbox that runs from it needs the snapshot no more.
        Snapshot.delete(snapshot.id)
        assert first.files.read("/workspace/note") == "of the first"


def test_lists(source, snapshot, label):
    other = source.create_snapshot()
    mine = [item.id for item in Snapshot.list(sandbox_id=source.id)]
    assert mine[:2] == [other.id, snapshot.id]
    assert Snapshot.list(sandbox_id="sb_other") == []
    assert {snapshot.id, other.id} <= {item.id for item in Snapshot.list()}
    with Sandbox.create(metadata=label) as labelled:
        third = labelled.create_snapshot()
    assert [item.id for item in Snapshot.list(metadata=third.metadata or label)] == [third.id]
    # It outlives its source.
    assert Snapshot.get(third.id).sandbox_id == labelled.id
    for item in (other, third):
        Snapshot.delete(item.id)
        with pytest.raises(NotFoundError) as caught:
            Snapshot.get(item.id)
        assert caught.value.code == "snapshot_not_found"


def test_a_repeated_key_gives_the_same_snapshot(source):
    key = uuid.uuid4().hex
    first, second = source.create_snapshot(key), source.create_snapshot(idempotency_key=key)
    assert first.id == second.id
    Snapshot.delete(first.id)


def test_an_unknown_snapshot():
    with pytest.raises(NotFoundError) as caught:
        Sandbox.create(snapshot_id="snap_unknown")
    assert caught.value.code == "snapshot_not_found"


def test_a_fork_is_a_running_copy(source):
    source.files.write("/workspace/shared", "same")
    sleeper = source.commands.run("sleep", ["1000"], background=True)
    with source.fork() as child:
        assert child.id != source.id
        assert child.is_running()
        assert source.is_running()
        assert child.files.read("/workspace/shared") == "same"
        assert sleeper.pid in [process.pid for process in child.commands.list() if process.running]
        child.files.write("/workspace/shared", "of the child")
        assert source.files.read("/workspace/shared") == "same"
        source.commands.kill(sleeper.pid)
        assert sleeper.pid in [process.pid for process in child.commands.list() if process.running]
        assert child.get_info().metadata == source.get_info().metadata


def test_a_repeated_key_gives_the_same_child(source):
    key = uuid.uuid4().hex
    with source.fork(key) as child:
        assert source.fork(key).id == child.id


def test_clones_have_an_identity_of_their_own(source, snapshot):
    script = "cat /etc/machine-id /etc/hostname; head -c 16 /dev/urandom | xxd -p"
    with source.fork() as child, Sandbox.resume(snapshot.id) as other:
        outputs = {box.commands.run(script, shell=True).stdout for box in (source, child, other)}
    assert len(outputs) == 3
    assert len({line for output in outputs for line in output.split()}) >= 6


def test_the_asyncio_client(source, label):
    async def story():
        sandbox = await AsyncSandbox.connect(source.id)
        snapshot = await sandbox.create_snapshot()
        assert snapshot.id in [item.id for item in await AsyncSnapshot.list(sandbox_id=source.id)]
        assert (await AsyncSnapshot.get(snapshot.id)).id == snapshot.id
        async with await AsyncSandbox.create(snapshot_id=snapshot.id, metadata=label) as copy:
            assert await copy.is_running()
        async with await sandbox.fork() as child:
            assert child.id not in (source.id, copy.id)
        await AsyncSnapshot.delete(snapshot.id)
        with pytest.raises(NotFoundError):
            await AsyncSnapshot.get(snapshot.id)

    asyncio.run(story())

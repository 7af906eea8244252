import asyncio
import concurrent.futures

import pytest
from nullspace import (
    AsyncSandbox,
    ConflictError,
    NotFoundError,
    Sandbox,
    SandboxError,
    SandboxQuery,
    SandboxStatus,
    Snapshot,
)

# Counts in memory alone, and says the count to whoever reads the pipe.
COUNTER = """
import os, time
count = 0
while True:
    count += 1
    with open("/tmp/count.new", "w") as file:
        file.write(str(count))
    os.rename("/tmp/count.new", "/tmp/count")
    time.sleep(0.05)
"""


@pytest.fixture
def paused(label):
    """A sandbox with a file and a process, paused; its snapshot and its pid."""
    sandbox = Sandbox.create(metadata=label, timeout=600)
    sandbox.files.write("/workspace/note", "kept")
    sandbox.files.write("/tmp/counter.py", COUNTER)
    counter = sandbox.commands.run("python3", ["/tmp/counter.py"], background=True)
    sandbox.commands.run("until [ -s /tmp/count ]; do sleep 0.05; done", shell=True)
    snapshot = sandbox.hibernate()
    return sandbox, snapshot, counter.pid


def test_a_paused_sandbox_says_from_what_to_resume(paused, label):
    sandbox, snapshot, _pid = paused
    assert snapshot.id.startswith("snap_")
    assert (snapshot.sandbox_id, snapshot.size_bytes > 0) == (sandbox.id, True)
    info = sandbox.get_info()
    assert (info.id, info.status, info.snapshot_id) == (sandbox.id, SandboxStatus.PAUSED, snapshot.id)
    assert not sandbox.is_running()
    assert Sandbox.get_info_by_id(sandbox.id).status is SandboxStatus.PAUSED
    (listed,) = Sandbox.list(state="paused", query=SandboxQuery(metadata=label))
    assert (listed.id, listed.snapshot_id) == (sandbox.id, snapshot.id)
    assert sandbox.pause().id == snapshot.id
    with pytest.raises(ConflictError) as caught:
        sandbox.commands.run("true")
    assert caught.value.code == "sandbox_not_ready"
    assert Snapshot.get(snapshot.id).sandbox_id == sandbox.id
    # None of this has woken it.
    assert sandbox.get_info().status is SandboxStatus.PAUSED


def test_a_resume_brings_back_files_and_processes_under_a_new_id(paused, label):
    sandbox, snapshot, pid = paused
    with Sandbox.resume(snapshot.id) as resumed:
        assert resumed.id != sandbox.id
        assert resumed.files.read("/workspace/note") == "kept"
        first = int(resumed.files.read("/tmp/count"))
        resumed.commands.run(f"until [ $(cat /tmp/count) -gt {first} ]; do sleep 0.05; done", shell=True)
        assert pid in [process.pid for process in resumed.commands.list() if process.running]
        info = resumed.get_info()
        assert (info.status, info.metadata, info.template) == (SandboxStatus.RUNNING, label, "base")
        # The old id is another name of it, but no sandbox of its own.
        assert sandbox.get_info().id == resumed.id
        assert Sandbox.connect(sandbox.id).id == resumed.id
        assert [item.id for item in Sandbox.list(query=SandboxQuery(metadata=label))] == [resumed.id]
        assert Sandbox.resume(snapshot.id).id == resumed.id
        with pytest.raises(NotFoundError):
            sandbox.kill()
        assert resumed.is_running()
    with pytest.raises(NotFoundError):
        Sandbox.resume(snapshot.id)


def test_connect_resumes(paused):
    sandbox, _snapshot, _pid = paused
    connected = Sandbox.connect(sandbox.id)
    assert connected.id != sandbox.id
    assert connected.commands.run("cat", ["/workspace/note"]).stdout == "kept"
    assert connected.get_info().timeout_ms == 600_000
    assert Sandbox.connect(sandbox.id, timeout=120).get_info().timeout_ms == 120_000


def test_ten_connects_resume_once(paused, label):
    sandbox, _snapshot, _pid = paused
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        handles = list(pool.map(Sandbox.connect, [sandbox.id] * 10))
    assert len({handle.id for handle in handles}) == 1
    assert len(Sandbox.list(query=SandboxQuery(metadata=label)).items) == 1


def test_files_survive_a_second_round(paused):
    sandbox, snapshot, _pid = paused
    second = Sandbox.resume(snapshot.id)
    second.files.write("/workspace/more", "of round two")
    again = second.pause()
    assert again.id != snapshot.id
    third = Sandbox.resume(again.id)
    assert third.files.read("/workspace/note") == "kept"
    assert third.files.read("/workspace/more") == "of round two"
    # All former names lead to it.
    assert Sandbox.get_info_by_id(sandbox.id).id == Sandbox.get_info_by_id(second.id).id == third.id


def test_destroying_a_paused_sandbox_takes_its_snapshot_along(paused):
    sandbox, snapshot, _pid = paused
    with pytest.raises(SandboxError) as caught:
        Snapshot.delete(snapshot.id)
    assert caught.value.code == "snapshot_in_use"
    sandbox.kill()
    with pytest.raises(NotFoundError):
        Sandbox.get_info_by_id(sandbox.id)
    with pytest.raises(NotFoundError) as caught:
        Sandbox.resume(snapshot.id)
    assert caught.value.code == "sandbox_not_found"
    with pytest.raises(NotFoundError):
        Snapshot.get(snapshot.id)


def test_what_is_unknown():
    for call in (Sandbox.resume, Snapshot.get, Snapshot.delete):
        with pytest.raises(NotFoundError) as caught:
            call("snap_unknown")
        assert caught.value.code == "snapshot_not_found"
    with pytest.raises(NotFoundError):
        Sandbox.connect("sb_unknown")


def test_the_asyncio_client(label):
    async def story():
        sandbox = await AsyncSandbox.create(metadata=label)
        await sandbox.files.write("/workspace/note", "kept")
        snapshot = await sandbox.hibernate()
        assert (await sandbox.get_info()).snapshot_id == snapshot.id
        handles = await asyncio.gather(*(AsyncSandbox.connect(sandbox.id) for _ in range(3)))
        resumed = await AsyncSandbox.resume(snapshot.id)
        assert {handle.id for handle in handles} == {resumed.id} != {sandbox.id}
        assert await resumed.files.read("/workspace/note") == "kept"
        await resumed.kill()

    asyncio.run(story())

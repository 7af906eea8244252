import time
from datetime import UTC, datetime

import pytest
from nullspace import NotFoundError, Sandbox, SandboxError, SandboxStatus, SandboxTimeoutAction


def status_of(sandbox_id):
    try:
        return Sandbox.get_info_by_id(sandbox_id).status
    except NotFoundError:
        return None


def seconds_left(sandbox):
    return (sandbox.get_info().timeout_at - datetime.now(UTC)).total_seconds()


def test_a_deadline_destroys(label, until):
    sandbox = Sandbox.create(timeout=2, metadata=label)
    until(lambda: status_of(sandbox.id) is None, "the end at the deadline")


@pytest.mark.parametrize("option", [{"timeout_action": "hibernate"}, {"on_timeout": "pause"}])
def test_a_deadline_pauses(label, until, option):
    sandbox = Sandbox.create(timeout=3, metadata=label, **option)
    assert sandbox.get_info().timeout_action is SandboxTimeoutAction.HIBERNATE
    sandbox.files.write("/workspace/note", "kept")
    until(lambda: status_of(sandbox.id) is SandboxStatus.PAUSED, "the pause at the deadline")
    connected = Sandbox.connect(sandbox.id, timeout=300)
    assert connected.files.read("/workspace/note") == "kept"
    assert connected.get_info().timeout_action is SandboxTimeoutAction.HIBERNATE
    connected.kill()


def test_both_spellings_must_agree():
    with pytest.raises(SandboxError) as caught:
        Sandbox.create(timeout_action="destroy", on_timeout="pause")
    assert caught.value.code == "invalid_request"


def test_a_deadline_moves_both_ways_and_changes_its_action(label, until):
    with Sandbox.create(timeout=300, metadata=label) as sandbox:
        sandbox.set_timeout(900)
        assert 870 < seconds_left(sandbox) <= 901
        sandbox.set_timeout(600, timeout_action="hibernate")
        info = sandbox.get_info()
        assert (info.timeout_ms, info.timeout_action) == (600_000, SandboxTimeoutAction.HIBERNATE)
        sandbox.set_timeout(2, timeout_action=SandboxTimeoutAction.DESTROY)
        until(lambda: status_of(sandbox.id) is None, "the end at the earlier deadline")


def test_a_connect_leaves_the_deadline_alone(label):
    with Sandbox.create(timeout=300, metadata=label) as sandbox:
        before = sandbox.get_info().timeout_at
        Sandbox.connect(sandbox.id)
        assert sandbox.get_info().timeout_at == before
        Sandbox.connect(sandbox.id, timeout=800)
        assert seconds_left(sandbox) > 700


def test_the_clock_stands_still_during_a_pause(label):
    sandbox = Sandbox.create(timeout=4, metadata=label)
    snapshot = sandbox.hibernate()
    # Longer than the deadline would have been.
    time.sleep(5)
    assert sandbox.get_info().status is SandboxStatus.PAUSED
    resumed = Sandbox.resume(snapshot.id)
    assert resumed.get_info().timeout_ms == 4_000
    resumed.set_timeout(300)
    assert resumed.is_running()


def test_a_bad_timeout(sandbox):
    for seconds in (0, -1):
        with pytest.raises(SandboxError) as caught:
            sandbox.set_timeout(seconds)
        assert caught.value.code == "invalid_request"

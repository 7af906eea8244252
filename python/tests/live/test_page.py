"""The page "Create, connect, and list sandboxes", from its first example to its last."""

import subprocess
import sys
import time
import uuid

import pytest

import nullspace
from nullspace import NotFoundError, SandboxError, SandboxQuery, SandboxStatus

PATIENCE = 60
POLICY = {"mask_request_host": "localhost:${PORT}"}


def shell(sandbox, script):
    result = sandbox.commands.run(script, shell=True)
    assert result.exit_code == 0, result.stderr
    return result.stdout.strip()


def test_create_with_everything(sdk, label):
    sandbox = sdk.Sandbox.create(
        template="base",
        vcpus=2,
        memory_mb=512,
        disk_mb=8192,
        timeout=300,
        cwd="/workspace",
        envs={"APP_ENV": "dev"},
        metadata=label,
        network=POLICY,
    )
    assert shell(sandbox, "nproc") == "2"
    assert shell(sandbox, "free -m | awk '/^Mem:/ {print $2}'") == "512"
    assert 8192 * 0.95 <= int(shell(sandbox, "df -m --output=size / | tail -1")) <= 8192 * 1.05
    assert shell(sandbox, "pwd; echo $APP_ENV").split() == ["/workspace", "dev"]
    info = sandbox.get_info()
    assert (info.id, info.status, info.template) == (sandbox.id, SandboxStatus.RUNNING, "base")
    assert (info.metadata, info.network, info.cwd) == (label, POLICY, "/workspace")
    assert (info.config.vcpus, info.config.memory_mb, info.config.disk_mb) == (2, 512, 8192)
    assert sandbox.get_info(fields=["id", "status"]) == {"id": sandbox.id, "status": "running"}
    assert sandbox.is_running()
    assert sandbox.get_metrics()[-1].cpu_count == 2
    sandbox.kill()
    assert not sandbox.is_running()
    with pytest.raises(NotFoundError):
        sdk.Sandbox.connect(sandbox.id)


def test_connect_from_another_process(sdk, sandbox):
    program = (
        "import sys; from nullspace import Sandbox\n"
        "print(Sandbox.connect(sys.argv[1]).commands.run('cat', ['/tmp/note']).stdout)"
    )
    sandbox.files.write("/tmp/note", "hello")
    done = subprocess.run(
        [sys.executable, "-c", program, sandbox.id],
        env={**dict(__import__("os").environ), "PYTHONPATH": str(source_folder())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "hello\n"), done.stderr


def source_folder():
    from pathlib import Path

    return Path(nullspace.__file__).parent.parent


def test_by_id(sdk, label):
    created = sdk.Sandbox.create(metadata=label)
    assert sdk.Sandbox.get_info_by_id(created.id).template == "base"
    assert sdk.Sandbox.get_info_by_id(created.id, fields="status") == {"status": "running"}
    assert sdk.Sandbox.get_metrics_by_id(created.id)[0].mem_total_bytes > 0
    sdk.Sandbox.kill_by_id(created.id)
    for call in (sdk.Sandbox.get_info_by_id, sdk.Sandbox.get_metrics_by_id, sdk.Sandbox.kill_by_id):
        with pytest.raises(NotFoundError) as caught:
            call(created.id)
        assert caught.value.code == "sandbox_not_found"
        assert caught.value.request_id
        assert caught.value.suggested_action


def test_lists(sdk, label):
    ids = [sdk.Sandbox.create(metadata=label).id for _ in range(3)][::-1]
    query = SandboxQuery(state=["running"], template="base", metadata=label)
    paginator = sdk.Sandbox.list(limit=2, query=query)
    assert [item.id for item in paginator.items] == ids[:2]
    assert paginator.has_next
    assert [item.id for item in paginator.next_items()] == ids[2:]
    assert not paginator.has_next
    assert [item.id for item in sdk.Sandbox.list(limit=1, query=query)] == ids
    rows = sdk.Sandbox.list(limit=20, query=query, fields=["id", "status", "template"])
    assert rows == [{"id": item, "status": "running", "template": "base"} for item in ids]
    assert sdk.Sandbox.list(state="paused", query=SandboxQuery(metadata=label)).items == []


def test_a_block_kills_also_after_an_exception(sdk):
    with sdk.Sandbox.create(template="base") as sandbox:
        assert sandbox.commands.run("echo ready", shell=True).stdout == "ready\n"
    with pytest.raises(ZeroDivisionError), sdk.Sandbox.create() as failed:
        raise ZeroDivisionError
    for sandbox_id in (sandbox.id, failed.id):
        with pytest.raises(NotFoundError):
            sdk.Sandbox.get_info_by_id(sandbox_id)


def test_timeouts(sdk, label):
    sandbox = sdk.Sandbox.create(metadata=label)
    before = sandbox.get_info().timeout_at
    assert sdk.Sandbox.connect(sandbox.id).get_info().timeout_at == before
    sdk.Sandbox.connect(sandbox.id, timeout=900)
    assert sandbox.get_info().timeout_at > before
    sandbox.set_timeout(1)
    deadline = time.monotonic() + PATIENCE
    while sandbox.is_running():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_an_idempotency_key_creates_once(sdk, label):
    key = str(uuid.uuid4())
    first, second = (sdk.Sandbox.create(metadata=label, idempotency_key=key) for _ in range(2))
    assert first.id == second.id
    with pytest.raises(nullspace.ConflictError) as caught:
        sdk.Sandbox.create(metadata=label, idempotency_key=key, vcpus=1)
    assert caught.value.code == "idempotency_conflict"


@pytest.mark.parametrize(
    "options", [{"vcpus": 0}, {"memory_mb": 10**9}, {"cwd": "relative"}, {"network": {"colour": "red"}}]
)
def test_bad_values(sdk, options):
    with pytest.raises(SandboxError) as caught:
        sdk.Sandbox.create(**options)
    assert caught.value.code == "invalid_request"
    assert next(iter(options)) in f"{caught.value} {caught.value.details}"


def test_waking_on_traffic_is_taken(sdk):
    with sdk.Sandbox.create(auto_resume=True, on_timeout="pause") as sandbox:
        assert sandbox.is_running()


def test_a_wrong_key(sdk):
    with pytest.raises(nullspace.AuthError):
        sdk.Sandbox.list(api_key="ns_live_wrong")


def test_templates(sdk):
    base = next(template for template in sdk.Template.list() if template.name == "base")
    assert base.builtin
    assert {"name": "base"} in sdk.Template.list(fields=["name"])
    with sdk.Sandbox.create(base.ref) as sandbox:
        assert sandbox.is_running()

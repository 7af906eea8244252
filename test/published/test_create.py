import uuid

import nullspace
import pytest
from nullspace import NotFoundError, Sandbox, SandboxError, SandboxStatus

POLICY = {"mask_request_host": "localhost:${PORT}"}


@pytest.fixture(scope="module")
def full(home):
    """A sandbox created with everything that the page of the documentation names."""
    with Sandbox.create(
        template="base",
        vcpus=2,
        memory_mb=512,
        disk_mb=8192,
        timeout=300,
        cwd="/workspace",
        envs={"APP_ENV": "dev"},
        metadata={"project": "docs"},
        network=POLICY,
    ) as sandbox:
        yield sandbox


def shell(sandbox, script):
    result = sandbox.commands.run(script, shell=True)
    assert result.exit_code == 0, result.stderr
    return result.stdout.strip()


def test_the_sandbox_has_what_was_asked_for(full):
    assert shell(full, "nproc") == "2"
    assert shell(full, "free -m | awk '/^Mem:/ {print $2}'") == "512"
    assert shell(full, "pwd") == "/workspace"
    assert shell(full, "echo $APP_ENV") == "dev"
    # A file system keeps a part for itself.
    megabytes = int(shell(full, "df -m --output=size / | tail -1"))
    assert 8192 * 0.95 <= megabytes <= 8192 * 1.05


def test_info_describes_it(full):
    info = full.get_info()
    assert info.id == full.id
    assert full.id.startswith("sb_")
    assert info.status is SandboxStatus.RUNNING
    assert (info.template, info.metadata, info.cwd) == ("base", {"project": "docs"}, "/workspace")
    assert (info.config.vcpus, info.config.memory_mb, info.timeout_ms) == (2, 512, 300_000)
    assert info.timeout_action.value == "destroy"
    assert info.timeout_at == info.expires_at
    assert abs((info.timeout_at - info.started_at).total_seconds() - 300) < 30
    assert info.created_at <= info.started_at
    assert info.snapshot_id is None
    assert full.is_running()


def test_fields_of_info(full):
    assert full.get_info(fields=["id", "status"]) == {"id": full.id, "status": "running"}
    assert full.get_info(fields=["network"])["network"] == POLICY
    with pytest.raises(SandboxError) as caught:
        full.get_info(fields=["id", "colour"])
    assert caught.value.code == "invalid_fields"


def test_metrics(full):
    sample = full.get_metrics()[-1]
    assert sample.cpu_count == 2
    assert 0 < sample.mem_used_bytes < sample.mem_total_bytes <= 512 << 20
    assert 0 <= sample.disk_used_bytes < sample.disk_total_bytes
    assert [type(item) for item in Sandbox.get_metrics_by_id(full.id)] == [nullspace.SandboxMetrics]


def test_the_defaults():
    with Sandbox.create() as sandbox:
        info = sandbox.get_info()
        assert (info.template, info.config.memory_mb, info.metadata) == ("base", 512, {})
        assert shell(sandbox, "pwd") == "/workspace"
        assert shell(sandbox, "id -un; echo $HOME").split() == ["root", "/root"]


def test_no_internet_access():
    with Sandbox.create(internet_access=False) as sandbox:
        result = sandbox.commands.run("timeout 5 bash -c '</dev/tcp/1.1.1.1/80'", shell=True)
        assert result.exit_code != 0
        assert sandbox.get_info(fields="internet_access") == {"internet_access": False}


def test_a_working_directory_is_made():
    with Sandbox.create(cwd="/srv/a/b") as sandbox:
        assert shell(sandbox, "pwd") == "/srv/a/b"
        assert sandbox.get_info().cwd == "/srv/a/b"
        assert sandbox.files.write("here.txt", "x").path == "/srv/a/b/here.txt"


def test_a_block_kills_after_an_exception():
    with pytest.raises(ZeroDivisionError), Sandbox.create() as sandbox:
        raise ZeroDivisionError
    with pytest.raises(NotFoundError) as caught:
        Sandbox.get_info_by_id(sandbox.id)
    assert caught.value.code == "sandbox_not_found"


def test_kill_is_final():
    sandbox = Sandbox.create()
    other = Sandbox.connect(sandbox.id)
    sandbox.kill()
    assert not is_there(sandbox.id)
    for call in (other.get_info, other.get_metrics, lambda: other.commands.run("true"), other.kill):
        with pytest.raises(NotFoundError) as caught:
            call()
        assert caught.value.code == "sandbox_not_found"


def is_there(sandbox_id):
    try:
        return bool(Sandbox.get_info_by_id(sandbox_id))
    except NotFoundError:
        return False


def test_an_idempotency_key_creates_once(label):
    key = str(uuid.uuid4())
    first = Sandbox.create(metadata=label, idempotency_key=key)
    second = Sandbox.create(metadata=label, idempotency_key=key)
    assert first.id == second.id
    with pytest.raises(nullspace.ConflictError) as caught:
        Sandbox.create(metadata={**label, "other": 1}, idempotency_key=key)
    assert caught.value.code == "idempotency_conflict"


def test_a_deadline_ends_a_sandbox(label, until):
    sandbox = Sandbox.create(metadata=label)
    sandbox.set_timeout(600)
    assert sandbox.get_info().timeout_ms == 600_000
    sandbox.set_timeout(1)
    until(lambda: not is_there(sandbox.id), "the end at the deadline")


def test_run_once():
    result = Sandbox.run_once("echo", ["ready"])
    assert (result.exit_code, result.stdout) == (0, "ready\n")


@pytest.mark.parametrize(
    "options",
    [
        {"vcpus": 0},
        {"vcpus": "2"},
        {"memory_mb": 1_000_000_000},
        {"memory_mb": -1},
        {"disk_mb": 1 << 40},
        {"timeout": 0},
        {"cwd": "relative"},
        {"cwd": "/workspace/.nullspace/x"},
        {"cwd": "/a\0b"},
        {"envs": {"A": 1}},
        {"envs": {"A=B": "1"}},
        {"metadata": {"big": "x" * (2 << 20)}},
        {"network": {"colour": "red"}},
        {"internet_access": "no"},
    ],
    ids=lambda options: next(iter(options)),
)
def test_bad_values_are_refused_by_name(options):
    with pytest.raises(SandboxError) as caught:
        Sandbox.create(**options)
    assert caught.value.code in ("invalid_request", "payload_too_large")
    if caught.value.code == "invalid_request":
        field = next(iter(options)).replace("timeout", "timeout_ms")
        assert field in f"{caught.value} {caught.value.details}"


def test_an_unknown_template():
    with pytest.raises(NotFoundError) as caught:
        Sandbox.create("no-such-template")
    assert caught.value.code == "template_not_found"

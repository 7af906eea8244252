import httpx
import pytest

from fake_api import SANDBOX
from nullspace import ConflictError, NotFoundError, SandboxError, SandboxStatus

INFO = "GET /v1/sandboxes/sb_1"
KILL = "DELETE /v1/sandboxes/sb_1"


def test_create_sends_the_defaults(api, sdk):
    api.on("POST /v1/sandboxes", SANDBOX)
    sandbox = sdk.Sandbox.create()
    assert api.body() == {
        "template": "base",
        "vcpus": 2,
        "memory_mb": 512,
        "timeout_ms": 300000,
        "envs": {},
        "network": None,
        "cwd": None,
        "auto_resume": False,
    }
    request = api.requests[0]
    assert request.headers["authorization"] == "Bearer ns_test_key"
    assert request.headers["content-type"] == "application/json"
    assert len(request.headers["idempotency-key"]) == 36
    assert (sandbox.id, sandbox.cwd, sandbox.traffic_access_token) == ("sb_1", "/workspace", None)


def test_create_sends_everything_it_is_given(api, sdk):
    api.on("POST /v1/sandboxes", SANDBOX)
    sdk.Sandbox.create(
        "base",
        vcpus=4,
        memory_mb=1024,
        disk_mb=8192,
        timeout=1.5,
        idempotency_key="mine",
        timeout_action="destroy",
        envs={"APP_ENV": "dev"},
        metadata={"project": "grüße"},
        network={"mask_request_host": "localhost:${PORT}"},
        internet_access=False,
        cwd="/workspace",
        on_timeout="destroy",
        auto_resume=True,
    )
    assert api.body() == {
        "template": "base",
        "vcpus": 4,
        "memory_mb": 1024,
        "disk_mb": 8192,
        "timeout_ms": 1500,
        "timeout_action": "destroy",
        "lifecycle": {"on_timeout": "destroy"},
        "envs": {"APP_ENV": "dev"},
        "metadata": {"project": "grüße"},
        "network": {"mask_request_host": "localhost:${PORT}"},
        "internet_access": False,
        "cwd": "/workspace",
        "auto_resume": True,
    }
    assert api.requests[0].headers["idempotency-key"] == "mine"
    assert "grüße".encode() in api.requests[0].content


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "300", None, True])
def test_a_timeout_that_is_no_positive_number_is_refused_before_sending(api, sdk, timeout):
    with pytest.raises(SandboxError, match="timeout") as caught:
        sdk.Sandbox.create(timeout=timeout)
    assert caught.value.code == "invalid_request"
    assert api.requests == []


def test_info_is_read_with_times_and_states(api, sdk):
    api.on(INFO, SANDBOX)
    info = sdk.Sandbox.connect("sb_1").get_info()
    assert info.status is SandboxStatus.RUNNING
    assert (info.config.vcpus, info.config.memory_mb, info.config.disk_mb) == (2, 512, 8192)
    assert info.created_at.isoformat() == "2026-03-10T12:00:00.123456+00:00"
    assert (info.timeout_at - info.started_at).total_seconds() == 300
    assert info.metadata == {"project": "docs"}


def test_fields_give_a_plain_dictionary(api, sdk):
    api.on(INFO, SANDBOX, {"id": "sb_1", "status": "running"})
    sandbox = sdk.Sandbox.connect("sb_1")
    assert sandbox.get_info(fields=["id", "status", "id"]) == {"id": "sb_1", "status": "running"}
    assert api.requests[-1].url.params["fields"] == "id,status"
    assert sdk.Sandbox.get_info_by_id("sb_1", fields="id,status") == {"id": "sb_1", "status": "running"}
    with pytest.raises(SandboxError, match="fields"):
        sandbox.get_info(fields=[])


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        {**SANDBOX, "status": "pausing"},
        {"id": "sb_1", "status": "running"},
        httpx.Response(200, text="<html>"),
    ],
)
def test_an_answer_of_another_shape_is_an_invalid_response(api, sdk, answer):
    api.on(INFO, answer)
    with pytest.raises(SandboxError) as caught:
        sdk.Sandbox.get_info_by_id("sb_1")
    assert caught.value.code == "invalid_response"


@pytest.mark.parametrize("sandbox_id", ["", "..", "sb_1/../sb_2", "sb 1", "sb_1?x", None, 7, "a" * 200])
def test_an_id_that_would_change_the_path_is_refused(api, sdk, sandbox_id):
    for call in (sdk.Sandbox.get_info_by_id, sdk.Sandbox.kill_by_id, sdk.Sandbox.connect):
        with pytest.raises(SandboxError, match="sandbox id"):
            call(sandbox_id)
    assert api.requests == []


def test_is_running(api, sdk):
    api.on(INFO, SANDBOX, SANDBOX, {**SANDBOX, "status": "error"}, api.error(404, "sandbox_not_found"))
    sandbox = sdk.Sandbox.connect("sb_1")
    assert [sandbox.is_running() for _ in range(3)] == [True, False, False]


def test_connect_moves_the_deadline_only_when_asked_to(api, sdk):
    api.on(INFO, SANDBOX)
    api.on("POST /v1/sandboxes/sb_1/timeout", httpx.Response(204))
    sdk.Sandbox.connect("sb_1")
    assert api.routes == [INFO]
    sandbox = sdk.Sandbox.connect("sb_1", timeout=60)
    assert api.body() == {"timeout_ms": 60000}
    sandbox.set_timeout(10, timeout_action="destroy")
    assert api.body() == {"timeout_ms": 10000, "timeout_action": "destroy"}


def test_connect_resumes_what_is_paused(api, sdk):
    api.on(INFO, {**SANDBOX, "status": "paused", "snapshot_id": "snap_1"})
    api.on("POST /v1/sandboxes/snap_1/resume", {**SANDBOX, "id": "sb_2"})
    api.on("POST /v1/sandboxes/sb_2/timeout", httpx.Response(204))
    assert sdk.Sandbox.connect("sb_1", timeout=5).id == "sb_2"
    assert api.routes[1:] == ["POST /v1/sandboxes/snap_1/resume", "POST /v1/sandboxes/sb_2/timeout"]


def test_connect_refuses_what_is_gone(api, sdk):
    gone = {**SANDBOX, "status": "destroyed"}
    failed = {**SANDBOX, "status": "error", "status_message": "It used too much memory"}
    lost = {**SANDBOX, "status": "paused"}
    api.on(INFO, gone, failed, lost)
    with pytest.raises(NotFoundError, match="destroyed"):
        sdk.Sandbox.connect("sb_1")
    with pytest.raises(ConflictError, match="too much memory"):
        sdk.Sandbox.connect("sb_1")
    with pytest.raises(SandboxError) as caught:
        sdk.Sandbox.connect("sb_1")
    assert caught.value.code == "missing_snapshot_id"


def test_metrics(api, sdk):
    sample = {
        "timestamp": "2026-03-10T12:00:00Z",
        "cpu_percent": 12,
        "cpu_count": 2,
        "mem_used_bytes": 1,
        "mem_total_bytes": 2,
        "disk_used_bytes": 3,
        "disk_total_bytes": 4,
    }
    api.on("GET /v1/sandboxes/sb_1/metrics", [sample], [{**sample, "timestamp": "soon"}])
    (metrics,) = sdk.Sandbox.get_metrics_by_id("sb_1")
    assert (metrics.cpu_percent, metrics.network_rx_bytes) == (12.0, None)
    with pytest.raises(SandboxError, match="metrics"):
        sdk.Sandbox.get_metrics_by_id("sb_1")


def test_a_block_kills_its_sandbox(api, sdk):
    api.on("POST /v1/sandboxes", SANDBOX)
    api.on(KILL, httpx.Response(204))
    with sdk.Sandbox.create() as sandbox:
        assert sandbox.id == "sb_1"
    assert api.routes[-1] == KILL


def test_a_block_kills_its_sandbox_after_an_exception(api, sdk):
    api.on("POST /v1/sandboxes", SANDBOX)
    api.on(KILL, httpx.Response(204))
    with pytest.raises(ZeroDivisionError), sdk.Sandbox.create():
        raise ZeroDivisionError
    assert api.routes[-1] == KILL


def test_a_block_whose_sandbox_is_gone_ends_quietly(api, sdk):
    api.on("POST /v1/sandboxes", SANDBOX)
    api.on(KILL, httpx.Response(204), api.error(404, "sandbox_not_found"))
    with sdk.Sandbox.create() as sandbox:
        sandbox.kill()
    assert api.routes.count(KILL) == 2


def test_a_failed_kill_hides_no_exception_of_the_block(api, sdk):
    api.on("POST /v1/sandboxes", SANDBOX)
    api.on(KILL, api.error(500, "internal_error"))
    with pytest.raises(SandboxError, match="internal_error"), sdk.Sandbox.create():
        pass
    with pytest.raises(ZeroDivisionError), sdk.Sandbox.create():
        raise ZeroDivisionError


def test_calls_of_a_created_handle_bear_more_silence(api, sdk):
    api.on("POST /v1/sandboxes", SANDBOX)
    api.on(INFO, SANDBOX)
    sdk.Sandbox.create().get_info()
    sdk.Sandbox.create(request_timeout=7).get_info()
    sdk.Sandbox.connect("sb_1")
    reads = [request.extensions["timeout"]["read"] for request in api.requests]
    assert reads == [120.0, 120.0, 7, 7, 30.0]

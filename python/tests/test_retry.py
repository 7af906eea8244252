import httpx
import pytest

from fake_api import SANDBOX
from nullspace import RateLimitError, SandboxError, TransportError


def test_429_is_sent_again_after_the_time_the_server_names(api, sdk):
    limited = api.error(429, "rate_limit_exceeded", headers={"Retry-After": "0.2"})
    api.on("GET /v1/sandboxes/sb_1", limited, limited, SANDBOX)
    assert sdk.Sandbox.get_info_by_id("sb_1").id == "sb_1"
    assert api.delays == [0.2, 0.2]


def test_429_is_final_after_three_more_attempts(api, sdk):
    api.on("GET /v1/sandboxes/sb_1", api.error(429, "rate_limit_exceeded"))
    with pytest.raises(RateLimitError) as caught:
        sdk.Sandbox.get_info_by_id("sb_1")
    assert (len(api.requests), api.delays) == (4, [1.0, 1.0, 1.0])
    assert caught.value.retry_after == 1.0


def test_capacity_is_not_retried(api, sdk):
    api.on("POST /v1/sandboxes", api.error(429, "capacity_exceeded"))
    with pytest.raises(SandboxError):
        sdk.Sandbox.create()
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadError("reset"),
        httpx.ReadTimeout("late"),
        httpx.RemoteProtocolError("cut"),
        httpx.PoolTimeout("busy"),
    ],
)
def test_a_broken_create_is_sent_again_with_the_same_key(api, sdk, failure):
    api.on("POST /v1/sandboxes", failure, api.error(409, "transition_in_progress"), SANDBOX)
    assert sdk.Sandbox.create().id == "sb_1"
    assert api.delays == [0.5, 1.0]
    assert len({request.headers["idempotency-key"] for request in api.requests}) == 1
    assert len({request.content for request in api.requests}) == 1


def test_a_create_is_given_up_after_thirty_attempts(api, sdk):
    api.on("POST /v1/sandboxes", api.error(503, "transition_recovery_required"))
    with pytest.raises(SandboxError) as caught:
        sdk.Sandbox.create()
    assert caught.value.code == "transition_recovery_required"
    assert len(api.requests) == 30
    assert max(api.delays) == 10.0


@pytest.mark.parametrize("failure", [httpx.ReadError("reset"), httpx.ConnectError("refused")])
def test_nothing_else_is_sent_twice(api, sdk, failure):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    api.on("POST /v1/sandboxes/sb_1/exec", failure)
    sandbox = sdk.Sandbox.connect("sb_1")
    with pytest.raises(TransportError) as caught:
        sandbox.commands.run("true")
    assert api.routes.count("POST /v1/sandboxes/sb_1/exec") == 1
    assert caught.value.__cause__ is failure


def test_a_create_that_no_server_heard_is_not_repeated(api, sdk):
    api.on("POST /v1/sandboxes", httpx.ConnectError("refused"))
    with pytest.raises(TransportError, match="nullspace up"):
        sdk.Sandbox.create()
    assert len(api.requests) == 1

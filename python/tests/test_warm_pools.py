import httpx
import pytest

from fake_api import SANDBOX
from nullspace import NotFoundError, SandboxError, TimeoutError, WarmPoolCheckoutMode

POOL = {
    "id": "twp_1",
    "name": "review",
    "template_ref": "review-api:stable",
    "state": "enabled",
    "min_ready": 2,
    "max_ready": 4,
    "resources": {"vcpus": 2, "memory_mb": 512, "disk_mb": 8192},
    "status": {"target": 2, "ready": 1, "warming": 1},
    "degraded_reason": None,
    "labels": {"team": "red"},
    "created_at": "2026-03-10T12:00:00Z",
    "a_later_field": 1,
}
POOLS = "/v1/template-warm-pools"
ONE = f"{POOLS}/twp_1"


@pytest.fixture
def pool(api, sdk):
    api.on(f"GET {ONE}", POOL)
    return sdk.TemplateWarmPool.get("twp_1")


def test_create(api, sdk):
    api.on(f"POST {POOLS}", POOL)
    made = sdk.TemplateWarmPool.create("review-api:stable", name="review", min_ready=2, max_ready=4)
    assert made.id == "twp_1"
    sdk.TemplateWarmPool.create("t", name="n", min_ready=0, max_ready=1, warm_pool_id="twp_mine")
    assert api.body()["id"] == "twp_mine"
    assert api.body(0) == {
        "template_ref": "review-api:stable",
        "name": "review",
        "min_ready": 2,
        "max_ready": 4,
        "resources": {"vcpus": 2, "memory_mb": 512},
    }
    sdk.Template.create_warm_pool(
        "t",
        name="n",
        min_ready=0,
        max_ready=1,
        vcpus=1,
        memory_mb=256,
        disk_mb=9000,
        idle_timeout_seconds=60,
        stale_after_seconds=600,
        checkout_policy="require",
        version_policy="track_tag",
        track_tag="stable",
        labels={"team": "red"},
        metadata={"a": 1},
    )
    body = api.body()
    assert body["resources"] == {"vcpus": 1, "memory_mb": 256, "disk_mb": 9000}
    assert (body["checkout_policy"], body["version_policy"], body["track_tag"]) == (
        "require",
        "track_tag",
        "stable",
    )
    assert (body["min_ready"], body["labels"], body["metadata"]) == (0, {"team": "red"}, {"a": 1})


def test_list(api, sdk):
    api.on(f"GET {POOLS}", {"items": [POOL]}, [POOL])
    [found] = sdk.TemplateWarmPool.list(
        template="t", state="enabled", label=["a=b", "c=d"], status="ready", limit=5
    )
    assert (found.vcpus, found.disk_mb, found.status.ready, found.labels) == (2, 8192, 1, {"team": "red"})
    params = api.requests[-1].url.params
    assert params.get_list("label") == ["a=b", "c=d"]
    assert (params["template"], params["state"], params["status"], params["limit"]) == (
        "t",
        "enabled",
        "ready",
        "5",
    )
    assert len(sdk.TemplateWarmPool.list(label="a=b")) == 1
    with pytest.raises(ValueError, match="asleep"):
        sdk.TemplateWarmPool.list(state="asleep")


def test_a_change_sends_what_changes(api, pool):
    api.on(f"PATCH {ONE}", POOL)
    pool.update(max_ready=9)
    assert api.body() == {"max_ready": 9}
    pool.update(memory_mb=1024)
    assert api.body() == {"resources": {"vcpus": 2, "memory_mb": 1024, "disk_mb": 8192}}
    with pytest.raises(SandboxError, match="nothing to change"):
        pool.update()


def test_actions_have_no_body(api, pool):
    for name in ("enable", "disable", "drain", "reconcile"):
        api.on(f"POST {ONE}/{name}", {**POOL, "state": "draining"})
        assert getattr(pool, name)().state == "draining"
        assert api.requests[-1].content == b""
    api.on(f"DELETE {ONE}", httpx.Response(204))
    assert pool.delete() is None


def test_waiting(api, pool, monkeypatch):
    full = {**POOL, "status": {"ready": 2}}
    api.on(f"GET {ONE}", POOL, POOL, full)
    assert pool.wait_until_ready(interval_secs=0).status.ready == 2
    api.on(f"GET {ONE}", {**POOL, "degraded_reason": "quota_exceeded"})
    assert pool.wait_until_ready(min_ready=1).status.ready == 1
    with pytest.raises(TimeoutError, match=r"1 of 2 ready after 0 s; it is enabled \(quota_exceeded\)"):
        pool.wait_until_ready(timeout_secs=0)


def test_unknown_pools(api, sdk):
    api.on("GET /v1/template-warm-pools/a%2Fb", api.error(404, "warm_pool_not_found"))
    with pytest.raises(NotFoundError):
        sdk.TemplateWarmPool.from_id("a/b")
    with pytest.raises(SandboxError, match="names nothing"):
        sdk.TemplateWarmPool.get("")


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({"warm_pool": "twp_1"}, {"id": "twp_1"}),
        (
            {"warm_pool": "twp_1", "warm_pool_mode": "prefer", "warm_pool_wait_ms": 1500},
            {"id": "twp_1", "mode": "prefer", "wait_ms": 1500},
        ),
        ({"warm_pool_mode": WarmPoolCheckoutMode.BYPASS}, {"mode": "bypass"}),
    ],
)
def test_a_create_asks_a_pool(api, sdk, options, sent):
    served = {"source": "ready_instance", "hit": True, "id": "twp_1", "mode": "prefer", "wait_ms": 3}
    api.on("POST /v1/sandboxes", {**SANDBOX, "warm_pool_checkout": served})
    api.on("GET /v1/sandboxes/sb_1", {**SANDBOX, "warm_pool_checkout": served})
    checkout = sdk.Sandbox.create(**options).get_info().warm_pool_checkout
    assert (checkout.source, checkout.hit, checkout.id, checkout.wait_ms) == (
        "ready_instance",
        True,
        "twp_1",
        3,
    )
    assert api.body(0)["warm_pool"] == sent


def test_a_create_without_a_pool_names_none(api, sdk):
    api.on("POST /v1/sandboxes", SANDBOX)
    sandbox = sdk.Sandbox.create()
    assert "warm_pool" not in api.body()
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    assert sandbox.get_info().warm_pool_checkout is None


@pytest.mark.parametrize(
    "options",
    [
        {"warm_pool_mode": "prefer"},
        {"warm_pool_wait_ms": 5},
        {"warm_pool": "twp_1", "warm_pool_wait_ms": -1},
        {"warm_pool": "twp_1", "warm_pool_wait_ms": 1.5},
    ],
)
def test_a_checkout_that_means_nothing_is_refused(api, sdk, options):
    with pytest.raises(SandboxError, match="warm_pool"):
        sdk.Sandbox.create(**options)
    assert api.requests == []


def test_a_required_pool_that_has_none_ready(api, sdk):
    api.on("POST /v1/sandboxes", api.error(503, "warm_pool_unavailable"))
    with pytest.raises(SandboxError) as caught:
        sdk.Sandbox.create(warm_pool="twp_1", warm_pool_mode="require")
    assert caught.value.code == "warm_pool_unavailable"
    assert len(api.requests) == 1

import json
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from fake_api import SANDBOX
from nullspace import (
    LifecycleActorKind,
    LifecycleOperation,
    LifecycleStatus,
    LifecycleWebhookDeliveryStatus,
    NotFoundError,
    SandboxError,
)

TIME = "2026-03-10T12:00:00Z"
EVENT = {
    "id": "evt_1",
    "occurred_at": TIME,
    "audience": "customer",
    "operation": "hibernate",
    "status": "succeeded",
    "actor_kind": "user",
    "sandbox_id": "sb_1",
    "snapshot_id": "snap_1",
    "reason": "api",
    "metadata": {"created_via": "hibernate"},
    "details": {"size_bytes": 1},
    "a_later_field": 1,
}
PAGE = {"events": [EVENT], "offset": 0, "limit": 50, "has_more": True}
ACCOUNT = "GET /v1/lifecycle/events"
WEBHOOK = {
    "id": "wh_1",
    "url": "https://example.test/hook",
    "operations": ["create", "hibernate"],
    "enabled": True,
    "has_signing_secret": True,
    "created_at": TIME,
    "updated_at": TIME,
    "last_delivery_status": "dead_letter",
    "last_delivery_at": TIME,
}
DELIVERY = {
    "id": "whd_1",
    "webhook_id": "wh_1",
    "event_id": "evt_1",
    "operation": "create",
    "status": "succeeded",
    "delivery_status": "queued",
    "attempt_count": 1,
    "created_at": TIME,
    "last_response_status": 500,
}
ATTEMPT = {
    "id": "wha_1",
    "delivery_id": "whd_1",
    "attempt_number": 1,
    "attempted_at": TIME,
    "duration_ms": 12,
    "response_status": 500,
}
ONE = "/v1/lifecycle/webhooks/wh_1"


@pytest.fixture
def lifecycle(api, sdk):
    return sdk.Lifecycle()


def test_events_of_the_account(api, lifecycle):
    api.on(ACCOUNT, PAGE)
    page = lifecycle.list_events()
    (event,) = page.events
    assert (page.offset, page.limit, page.has_more) == (0, 50, True)
    assert event.operation is LifecycleOperation.HIBERNATE
    assert event.status is LifecycleStatus.SUCCEEDED
    assert event.actor_kind is LifecycleActorKind.USER
    assert (event.sandbox_id, event.snapshot_id, event.reason) == ("sb_1", "snap_1", "api")
    assert (event.source_sandbox_id, event.metadata) == (None, {"created_via": "hibernate"})
    assert event.details == {"size_bytes": 1}
    assert event.occurred_at == datetime(2026, 3, 10, 12, tzinfo=timezone.utc)
    assert dict(api.requests[0].url.params) == {"offset": "0", "limit": "50", "order": "desc"}


def test_all_filters_are_sent(api, lifecycle):
    api.on(ACCOUNT, PAGE)
    lifecycle.list_events(
        offset=3,
        limit=7,
        order_asc=True,
        operation=LifecycleOperation.FORK,
        status="failed",
        from_time=datetime(2026, 3, 10, 14, tzinfo=timezone(timedelta(hours=2))),
        to_time="2026-03-11T00:00:00Z",
        audience="customer",
        sandbox_id="sb_1",
        snapshot_id="snap_1",
        source_sandbox_id="sb_2",
        target_sandbox_id="sb_3",
    )
    assert dict(api.requests[0].url.params) == {
        "offset": "3",
        "limit": "7",
        "order": "asc",
        "operation": "fork",
        "status": "failed",
        "from": "2026-03-10T12:00:00Z",
        "to": "2026-03-11T00:00:00Z",
        "audience": "customer",
        "sandbox_id": "sb_1",
        "snapshot_id": "snap_1",
        "source_sandbox_id": "sb_2",
        "target_sandbox_id": "sb_3",
    }


def test_events_of_one_sandbox_or_snapshot(api, sdk, lifecycle):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    api.on("GET /v1/sandboxes/sb_1/lifecycle", PAGE)
    api.on("GET /v1/snapshots/snap_1/lifecycle", PAGE)
    assert lifecycle.list_sandbox_events("sb_1", limit=1).events[0].id == "evt_1"
    assert lifecycle.list_snapshot_events("snap_1", status="succeeded").events[0].id == "evt_1"
    assert sdk.Sandbox.connect("sb_1").list_lifecycle(operation="create").events[0].id == "evt_1"
    sent = [dict(request.url.params) for request in api.requests]
    assert (sent[0]["limit"], sent[1]["status"], sent[3]["operation"]) == ("1", "succeeded", "create")


def test_what_nobody_may_ask_for_is_refused(api, lifecycle):
    with pytest.raises(SandboxError, match="audience"):
        lifecycle.list_events(audience="internal")
    with pytest.raises(ValueError, match="nap"):
        lifecycle.list_events(operation="nap")
    with pytest.raises(SandboxError, match="sandbox id"):
        lifecycle.list_sandbox_events("a/b")
    assert api.requests == []


def test_values_of_a_later_server_stay_as_they_are(api, lifecycle):
    api.on(ACCOUNT, {**PAGE, "events": [{**EVENT, "operation": "migrate", "metadata": None}]})
    (event,) = lifecycle.list_events().events
    assert (event.operation, event.metadata) == ("migrate", {})


def test_an_event_without_a_readable_time_is_an_invalid_response(api, lifecycle):
    api.on(ACCOUNT, {**PAGE, "events": [{**EVENT, "occurred_at": "soon"}]})
    with pytest.raises(SandboxError, match="occurred_at") as caught:
        lifecycle.list_events()
    assert caught.value.code == "invalid_response"


def test_webhooks(api, lifecycle):
    api.on("POST /v1/lifecycle/webhooks", WEBHOOK)
    api.on("GET /v1/lifecycle/webhooks", [WEBHOOK])
    api.on(f"GET {ONE}", WEBHOOK)
    api.on(f"PATCH {ONE}", {**WEBHOOK, "enabled": False})
    api.on(f"DELETE {ONE}", httpx.Response(204))
    webhook = lifecycle.create_webhook(
        "https://example.test/hook", ["create", LifecycleOperation.FORK], "s" * 16
    )
    assert api.body() == {
        "url": "https://example.test/hook",
        "operations": ["create", "fork"],
        "signing_secret": "s" * 16,
        "enabled": True,
    }
    assert webhook.operations == [LifecycleOperation.CREATE, LifecycleOperation.HIBERNATE]
    assert webhook.last_delivery_status is LifecycleWebhookDeliveryStatus.DEAD_LETTER
    assert (webhook.enabled, webhook.has_signing_secret, webhook.last_error) == (True, True, None)
    assert [item.id for item in lifecycle.list_webhooks()] == ["wh_1"]
    assert lifecycle.get_webhook("wh_1").id == "wh_1"
    assert not lifecycle.update_webhook("wh_1", enabled=False).enabled
    assert api.body() == {"enabled": False}
    lifecycle.update_webhook("wh_1", url="https://x.test", operations=["destroy"], signing_secret="t" * 16)
    assert json.loads(api.requests[-1].content).keys() == {"url", "operations", "signing_secret"}
    lifecycle.delete_webhook("wh_1")
    assert api.routes[-1] == f"DELETE {ONE}"


def test_deliveries(api, lifecycle):
    api.on(f"GET {ONE}/deliveries", [DELIVERY])
    api.on(f"GET {ONE}/deliveries/whd_1", {"delivery": DELIVERY, "event": EVENT, "attempts": [ATTEMPT]})
    (delivery,) = lifecycle.list_webhook_deliveries("wh_1", offset=2, limit=3)
    assert dict(api.requests[0].url.params) == {"offset": "2", "limit": "3"}
    assert delivery.delivery_status is LifecycleWebhookDeliveryStatus.QUEUED
    assert (delivery.attempt_count, delivery.last_response_status) == (1, 500)
    detail = lifecycle.get_webhook_delivery("wh_1", "whd_1")
    assert (detail.delivery.id, detail.event.id) == ("whd_1", "evt_1")
    (attempt,) = detail.attempts
    assert (attempt.attempt_number, attempt.duration_ms, attempt.error_code) == (1, 12, None)


def test_an_unknown_webhook(api, lifecycle):
    api.on(f"GET {ONE}", api.error(404, "webhook_not_found"))
    with pytest.raises(NotFoundError):
        lifecycle.get_webhook("wh_1")
    with pytest.raises(SandboxError, match="webhook id"):
        lifecycle.get_webhook("../x")


def test_it_is_closed_with_its_block(api, sdk):
    api.on(ACCOUNT, PAGE)
    with sdk.Lifecycle(base_url="http://elsewhere:1") as lifecycle:
        lifecycle.list_events()
    assert api.requests[0].url.host == "elsewhere"
    with pytest.raises(RuntimeError, match="closed"):
        lifecycle.list_events()

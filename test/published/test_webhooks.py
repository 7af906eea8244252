import hashlib
import hmac
import http.server
import json
import queue
import threading

import pytest
from nullspace import (
    Lifecycle,
    LifecycleOperation,
    LifecycleWebhookDeliveryStatus,
    NotFoundError,
    Sandbox,
    SandboxError,
)

SECRET = "a-secret-of-some-length"
PATIENCE = 60


class Receiver:
    """An HTTP server that keeps what it is sent; the server under test must be allowed to call loopback."""

    def __init__(self):
        self.received = queue.Queue()
        self.status = 204
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.put((dict(self.headers.items()), body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_args):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def lifecycle(home):
    lifecycle = Lifecycle()
    yield lifecycle
    for webhook in lifecycle.list_webhooks():
        lifecycle.delete_webhook(webhook.id)
    lifecycle.close()


def test_webhooks_are_made_read_changed_and_deleted(lifecycle, receiver):
    made = lifecycle.create_webhook(
        receiver.url, ["create", LifecycleOperation.DESTROY], SECRET, enabled=False
    )
    assert (made.url, made.enabled, made.has_signing_secret) == (receiver.url, False, True)
    assert made.operations == [LifecycleOperation.CREATE, LifecycleOperation.DESTROY]
    assert [item.id for item in lifecycle.list_webhooks()] == [made.id]
    changed = lifecycle.update_webhook(made.id, operations=["fork"], enabled=True)
    assert (changed.operations, changed.enabled) == ([LifecycleOperation.FORK], True)
    assert changed.updated_at >= made.updated_at
    assert lifecycle.get_webhook(made.id) == changed
    assert lifecycle.list_webhook_deliveries(made.id) == []
    lifecycle.delete_webhook(made.id)
    with pytest.raises(NotFoundError):
        lifecycle.get_webhook(made.id)
    with pytest.raises(NotFoundError):
        lifecycle.delete_webhook(made.id)


def test_an_event_is_delivered_with_a_signature(lifecycle, receiver, label, until):
    webhook = lifecycle.create_webhook(receiver.url, ["destroy"], SECRET)
    sandbox = Sandbox.create(metadata=label)
    sandbox.kill()
    while True:
        headers, body = receiver.received.get(timeout=PATIENCE)
        event = json.loads(body)
        if event["status"] == "succeeded":
            break
    assert (event["sandbox_id"], event["operation"]) == (sandbox.id, "destroy")
    names = {name.lower(): value for name, value in headers.items()}
    assert names["x-nullspace-event-id"] == event["id"]
    signed = names["x-nullspace-timestamp"].encode() + b"." + body
    expected = "sha256=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert names["x-nullspace-signature"] == expected

    delivery_id = names["x-nullspace-delivery-id"]

    def done():
        detail = lifecycle.get_webhook_delivery(webhook.id, delivery_id)
        return detail.delivery.delivery_status is LifecycleWebhookDeliveryStatus.SUCCEEDED

    until(done, "the delivery's success in the log")
    detail = lifecycle.get_webhook_delivery(webhook.id, delivery_id)
    assert (detail.event.id, detail.delivery.attempt_count) == (event["id"], 1)
    assert [attempt.response_status for attempt in detail.attempts] == [204]
    assert delivery_id in [item.id for item in lifecycle.list_webhook_deliveries(webhook.id)]
    assert lifecycle.get_webhook(webhook.id).last_delivery_status is LifecycleWebhookDeliveryStatus.SUCCEEDED


def test_a_failed_delivery_is_tried_again(lifecycle, receiver, label, until):
    receiver.status = 500
    webhook = lifecycle.create_webhook(receiver.url, ["create"], SECRET)
    Sandbox.create(metadata=label).kill()
    first, _body = receiver.received.get(timeout=PATIENCE)
    until(
        lambda: any(
            item.last_response_status == 500 for item in lifecycle.list_webhook_deliveries(webhook.id)
        ),
        "the failure in the log",
    )
    delivery = lifecycle.list_webhook_deliveries(webhook.id)[-1]
    assert delivery.delivery_status in (
        LifecycleWebhookDeliveryStatus.QUEUED,
        LifecycleWebhookDeliveryStatus.IN_PROGRESS,
    )
    assert first


def test_bad_webhooks(lifecycle, receiver):
    for url, operations in (
        ("ftp://example.com/x", ["create"]),
        (receiver.url, []),
        ("no url", ["create"]),
    ):
        with pytest.raises(SandboxError) as caught:
            lifecycle.create_webhook(url, operations, SECRET)
        assert caught.value.code == "invalid_request"
    with pytest.raises(NotFoundError):
        lifecycle.get_webhook("wh_unknown")

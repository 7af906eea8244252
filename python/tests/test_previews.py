import httpx
import pytest

from fake_api import SANDBOX
from nullspace import NotFoundError, SandboxError

GRANT = {
    "id": "pvg_1",
    "sandbox_id": "sb_1",
    "port": 3000,
    "auth_mode": "direct",
    "bootstrap_transport": "query",
    "status": "active",
    "token_kinds": ["http", "websocket"],
    "principal_kind": "tenant",
    "expires_at": "2026-03-10T12:00:00Z",
    "http_request_count": 3,
    "a_later_field": 1,
}
URLS = {
    "url": "http://127.0.0.1:4000/?edge_token=secret",
    "websocket_url": "ws://127.0.0.1:4000/?edge_token=other",
    "access_token_expires_at": "2026-03-10T12:00:00Z",
    "access_token_transport": "query",
}
PORT = "/v1/sandboxes/sb_1/ports/3000"
HOST = "POST /v1/sandboxes/sb_1/host"


@pytest.fixture
def sandbox(api, sdk):
    api.on("GET /v1/sandboxes/sb_1", SANDBOX)
    return sdk.Sandbox.connect("sb_1")


def test_a_port_has_a_host_and_addresses_with_tokens(api, sandbox):
    api.on(HOST, {"host": "127.0.0.1:4000", **URLS})
    assert sandbox.get_host(3000) == "127.0.0.1:4000"
    assert sandbox.get_url(3000) == URLS["url"]
    assert sandbox.get_websocket_url(3000) == URLS["websocket_url"]
    info = sandbox.get_host_info(3000)
    assert info.access_token_expires_at.year == 2026
    assert "secret" not in repr(info)
    assert api.body() == {"port": 3000}


def test_previews_are_signed_listed_and_revoked(api, sandbox):
    api.on(f"POST {PORT}/signed-preview-url", {"grant": GRANT, **URLS})
    preview = sandbox.create_signed_preview_url(3000, expires_in_seconds=60)
    assert preview.grant.id == "pvg_1"
    assert api.body() == {"expires_in_seconds": 60}
    api.on(f"GET {PORT}/preview-url", {"grant": GRANT, **URLS})
    assert sandbox.get_preview_url(3000).grant.http_request_count == 3
    api.on("GET /v1/sandboxes/sb_1/preview-urls", {"items": [GRANT]})
    assert [grant.id for grant in sandbox.list_preview_urls(port=3000)] == ["pvg_1"]
    api.on(
        "DELETE /v1/sandboxes/sb_1/preview-urls/pvg_1",
        {"success": True, "grant": {**GRANT, "status": "revoked"}},
    )
    assert sandbox.revoke_preview_url("pvg_1").grant.status == "revoked"
    with pytest.raises(SandboxError, match="grant id"):
        sandbox.revoke_preview_url("a/b")


def test_a_proxy_target_holds_its_tokens(api, sandbox):
    route = f"POST {PORT}/preview-proxy-target"
    api.on(
        route,
        {
            "grant": GRANT,
            "sandbox_id": "sb_1",
            "port": 3000,
            "token_header_name": "x-token",
            "expires_at": None,
            "http_url": "http://127.0.0.1:4000/",
            "http_token": "secret",
        },
    )
    target = sandbox.create_preview_proxy_target(3000, transports=["http"])
    assert (target.http_token, target.websocket_url) == ("secret", None)
    assert api.body() == {"transports": ["http"]}


def test_waiting_for_a_port_says_what_it_found(api, sandbox):
    route = f"POST {PORT}/readiness"
    answer = {
        "ready": False,
        "route_ready": True,
        "service_ready": False,
        "sandbox_id": "sb_1",
        "port": 3000,
        "kind": "tcp",
        "checked_at": "2026-03-10T12:00:00Z",
        "elapsed_ms": 900,
        "attempts": 3,
        "code": "connection_refused",
    }
    api.on(route, answer)
    found = sandbox.wait_for_preview(3000, timeout_secs=1)
    assert (found.ready, found.code) == (False, "connection_refused")
    assert api.body() == {
        "kind": "tcp",
        "timeout_secs": 1,
        "interval_ms": 500,
    }


def test_a_sandbox_that_is_gone_has_no_ports(api, sandbox):
    api.on(
        HOST,
        httpx.Response(404, json={"error": {"message": "gone"}, "code": "sandbox_not_found"}),
    )
    with pytest.raises(NotFoundError):
        sandbox.get_host(3000)

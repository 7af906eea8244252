import asyncio
import urllib.error
import urllib.request

import pytest
from nullspace import AsyncSandbox, NotFoundError, Sandbox, SandboxError

SERVER = (
    "import http.server as h; h.ThreadingHTTPServer(('', 8000), h.SimpleHTTPRequestHandler).serve_forever()"
)


@pytest.fixture(scope="module")
def serving():
    """A sandbox with a web server on port 8000."""
    with Sandbox.create(timeout=600) as sandbox:
        sandbox.files.write("/workspace/page.txt", "hello")
        sandbox.commands.run("python3", ["-c", SERVER], background=True)
        assert sandbox.wait_for_preview(8000, timeout_secs=20).ready
        yield sandbox


def fetch(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        return answer.read().decode()


def test_a_port_is_reached_at_its_host_and_at_its_url(serving):
    host = serving.get_host(8000)
    assert fetch(f"http://{host}/page.txt") == "hello"
    assert "page.txt" in fetch(serving.get_url(8000))
    assert serving.get_websocket_url(8000).startswith("ws://")
    info = serving.get_host_info(8000)
    assert info.host == host
    assert info.access_token_expires_at is not None


def test_previews_are_signed_listed_and_revoked(serving):
    preview = serving.create_signed_preview_url(8000, expires_in_seconds=300)
    page = preview.url.replace("/?", "/page.txt?")
    assert fetch(page) == "hello"
    assert serving.get_preview_url(8000).grant.port == 8000
    grants = {grant.id: grant for grant in serving.list_preview_urls(port=8000)}
    assert grants[preview.grant.id].http_request_count == 1
    revoked = serving.revoke_preview_url(preview.grant.id)
    assert revoked.success
    assert revoked.grant.status == "revoked"
    with pytest.raises(urllib.error.HTTPError) as refusal:
        fetch(page)
    assert refusal.value.code == 401
    with pytest.raises(NotFoundError):
        serving.revoke_preview_url("pvg_nobody")


def test_a_proxy_sends_its_token_in_a_header(serving):
    target = serving.create_preview_proxy_target(8000, transports=["http"])
    assert target.websocket_token is None
    page = f"{target.http_url}page.txt"
    assert fetch(page, **{target.token_header_name: target.http_token}) == "hello"


def test_a_port_that_does_not_answer_is_an_answer(serving):
    found = serving.wait_for_preview(8123, timeout_secs=1, interval_ms=100)
    assert (found.ready, found.route_ready) == (False, True)
    assert found.code
    web = serving.wait_for_preview(8000, kind="http", path="/page.txt")
    assert web.ready


def test_bad_ports_are_refused(serving):
    for port in (0, 65536, 22, 49983):
        with pytest.raises(SandboxError) as refusal:
            serving.get_host(port)
        assert refusal.value.code == "invalid_request"


def test_traffic_that_is_not_public_needs_the_token():
    with Sandbox.create(network={"allow_public_traffic": False}, timeout=300) as sandbox:
        sandbox.commands.run("python3", ["-c", SERVER], background=True)
        assert sandbox.wait_for_preview(8000, timeout_secs=20).ready
        host = sandbox.get_host(8000)
        with pytest.raises(urllib.error.HTTPError) as refusal:
            fetch(f"http://{host}/")
        assert refusal.value.code == 401
        target = sandbox.create_preview_proxy_target(8000)
        assert target.traffic_access_required
        header = {target.traffic_access_header_name: sandbox.traffic_access_token}
        assert fetch(f"http://{host}/", **header)


def test_the_async_client_does_the_same(serving):
    async def run():
        sandbox = await AsyncSandbox.connect(serving.id)
        host = await sandbox.get_host(8000)
        assert await asyncio.to_thread(fetch, f"http://{host}/page.txt") == "hello"
        assert (await sandbox.wait_for_preview(8000)).ready

    asyncio.run(run())

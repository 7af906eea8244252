"""The log of a build goes on over connections that break."""

import json

import httpx
import pytest

from nullspace import BuildError, NotFoundError, TransportError
from nullspace._core.reconnecting import PAUSES
from test_template_builds import BUILD, LOGS, STATUS, TEMPLATE, entry, events, status


@pytest.fixture
def template(sdk):
    return sdk.Template.from_template("base").run_cmd("true")


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """Waits before further attempts are recorded, not waited."""
    waited = []

    async def pause(seconds):
        waited.append(seconds)

    monkeypatch.setattr("nullspace._sync.follow_log.pause", waited.append)
    monkeypatch.setattr("nullspace._async.follow_log.pause", pause)
    return waited


class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Entries, the beginning of another one, and a lost connection."""

    def __init__(self, *entries):
        self._text = "".join(f"data: {json.dumps(item)}\n\n" for item in entries) + 'data: {"build_id":"tb'

    def __iter__(self):
        yield self._text.encode()
        raise httpx.ReadError("cut")

    async def __aiter__(self):
        yield self._text.encode()
        raise httpx.ReadError("cut")


def broken(*entries, headers=None):
    return lambda _request: httpx.Response(200, stream=Broken(*entries), headers=headers)


def test_it_goes_on_after_the_last_entry(api, sdk, template, pauses):
    api.on(BUILD, broken(entry(0, "start"), entry(1)))
    rest = events(entry(3), entry(4, "end", result=TEMPLATE))
    refused = api.error(502, "host_unavailable")
    api.on(LOGS, httpx.ConnectError("down"), refused, broken(entry(2)), rest)
    api.on(STATUS, status())
    seen = []
    build = sdk.Template.build(template, "n", on_log_entry=seen.append)
    assert build.id == "tb_1"
    assert [item.offset for item in seen] == [0, 1, 2, 3, 4]
    assert api.routes == [BUILD, LOGS, LOGS, LOGS, LOGS, STATUS]
    assert [request.url.params["offset"] for request in api.requests[1:5]] == ["2", "2", "2", "3"]
    assert pauses == [PAUSES[0], PAUSES[1], PAUSES[2], PAUSES[0]]


def test_it_is_found_by_the_id_in_the_answer(api, sdk, template):
    api.on(BUILD, broken(headers={"x-build-id": "tb_1"}))
    api.on(LOGS, events(entry(0, "start"), entry(1, "end", result=TEMPLATE)))
    api.on(STATUS, status())
    assert sdk.Template.build(template, "n").id == "tb_1"


def test_a_build_is_never_begun_anew(api, sdk, template):
    api.on(BUILD, broken())
    with pytest.raises(TransportError):
        sdk.Template.build(template, "n")
    assert api.routes == [BUILD]
    api.on(BUILD, broken(entry(0)))
    with pytest.raises(NotFoundError):
        sdk.Template.build(template, "n")
    assert api.routes == [BUILD, BUILD, LOGS]


def test_it_is_given_up_after_some_attempts(api, sdk, template, pauses):
    api.on(BUILD, broken(entry(0)))
    api.on(LOGS, httpx.ConnectError("down"))
    with pytest.raises(BuildError, match="tb_1") as caught:
        sdk.Template.build(template, "n")
    assert caught.value.details == {"build_id": "tb_1"}
    assert pauses == list(PAUSES)


def test_a_stream_that_ends_early_is_no_end_of_the_build(api, sdk):
    api.on(STATUS, status("building"), status("building"), status())
    build = sdk.TemplateBuild.connect("tb_1")
    api.on(LOGS, events(entry(0)), events(entry(1)))
    assert [item.offset for item in build.logs(follow=True)] == [0, 1]
    assert [request.url.params["offset"] for request in api.requests if "logs" in request.url.path] == [
        "0",
        "1",
    ]

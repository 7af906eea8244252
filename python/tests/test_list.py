import json

import pytest

from fake_api import SANDBOX
from nullspace import SandboxError, SandboxQuery, SandboxStatus

LIST = "GET /v1/sandboxes"


def page(*ids, token=None):
    items = [{**SANDBOX, "id": sandbox_id} for sandbox_id in ids]
    return {"items": items, "next_token": token, "has_next": token is not None}


def test_pages_follow_each_other(api, sdk):
    api.on(LIST, page("sb_1", "sb_2", token="t1"), page("sb_3"))
    paginator = sdk.Sandbox.list(limit=2, query=SandboxQuery(template="base"))
    assert [item.id for item in paginator.items] == ["sb_1", "sb_2"]
    assert (paginator.has_next, paginator.next_token) == (True, "t1")
    assert [item.id for item in paginator.next_items()] == ["sb_3"]
    assert [item.id for item in paginator.items] == ["sb_3"]
    assert (paginator.has_next, paginator.next_items()) == (False, [])
    sent = [dict(request.url.params) for request in api.requests]
    assert sent == [
        {"template": "base", "limit": "2"},
        {"template": "base", "limit": "2", "next_token": "t1"},
    ]


def test_iterating_goes_through_all_pages(api, sdk):
    api.on(LIST, page("sb_1", token="t1"), page(token="t2"), page("sb_2"))
    assert [item.id for item in sdk.Sandbox.list()] == ["sb_1", "sb_2"]


def test_a_page_without_a_token_or_a_bare_array_is_the_last(api, sdk):
    api.on(LIST, {**page("sb_1"), "has_next": True}, page("sb_2")["items"])
    assert not sdk.Sandbox.list().has_next
    assert [item.id for item in sdk.Sandbox.list()] == ["sb_2"]


def test_conditions_become_parameters(api, sdk):
    api.on(LIST, page())
    query = SandboxQuery(state=[SandboxStatus.RUNNING, "error"], metadata={"project": "docs"})
    sdk.Sandbox.list(state="paused", query=query, next_token="t9")
    params = dict(api.requests[0].url.params)
    assert json.loads(params.pop("metadata")) == {"project": "docs"}
    assert params == {"state": "running,error", "next_token": "t9"}
    sdk.Sandbox.list(state="paused", query=SandboxQuery())
    assert dict(api.requests[1].url.params) == {"state": "paused"}


def test_fields_give_plain_dictionaries(api, sdk):
    row = {"id": "sb_1", "status": "running", "template": "base"}
    api.on(LIST, {"items": [row], "next_token": None, "has_next": False})
    assert sdk.Sandbox.list(limit=20, fields=["id", "status", "template"]) == [row]
    assert dict(api.requests[0].url.params) == {"limit": "20", "fields": "id,status,template"}


@pytest.mark.parametrize("limit", [0, -1, "20", 1.5, True])
def test_a_limit_that_is_no_positive_number_is_refused(api, sdk, limit):
    with pytest.raises(SandboxError, match="limit"):
        sdk.Sandbox.list(limit=limit)
    assert api.requests == []


def test_an_unknown_state_is_refused(api, sdk):
    with pytest.raises(ValueError, match="pausing"):
        sdk.Sandbox.list(query=SandboxQuery(state=["pausing"]))
    assert api.requests == []


def test_a_paginator_can_be_closed(api, sdk):
    api.on(LIST, page("sb_1", token="t1"))
    with sdk.Sandbox.list() as paginator:
        assert paginator.has_next


def test_templates(api, sdk):
    template = {"id": "base", "name": "base", "builtin": True, "default_tag": "latest", "tags": ["latest"]}
    api.on(
        "GET /v1/templates", [{**template, "runtime_defaults": {"default_user": "root"}}], [{"id": "base"}]
    )
    (info,) = sdk.Template.list()
    assert (info.name, info.ref, info.description) == ("base", "base:latest", "")
    assert (info.namespace_slug, info.visibility.value) == ("nullspace", "public")
    assert info.runtime_defaults.default_user == "root"
    assert sdk.Template.list(fields=["id"]) == [{"id": "base"}]

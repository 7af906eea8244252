import httpx
import pytest

from nullspace import ConflictError, NotFoundError, SandboxError

TEMPLATE = {
    "id": "tmpl_1",
    "name": "x",
    "description": "",
    "tags": ["default"],
    "default_tag": "default",
    "canonical_ref": "acme/x:default",
    "namespace_slug": "acme",
    "visibility": "private",
    "runtime_defaults": {"default_env_keys": ["A"], "start_cmd": "serve"},
}
REF = "/v1/templates/refs/acme%2Fx%3At"
TIME = "2026-03-10T12:00:00Z"


def test_one_template(api, sdk):
    api.on(f"GET {REF}", TEMPLATE)
    found = sdk.Template.get("acme/x:t")
    assert (found.ref, found.runtime_defaults.start_cmd) == ("acme/x:default", "serve")
    sdk.Template.get("acme/x:t", fields=["id"])
    assert api.requests[-1].url.params["fields"] == "id"
    api.on(f"DELETE {REF}", httpx.Response(204), api.error(409, "conflict"))
    sdk.Template.delete("acme/x:t")
    with pytest.raises(ConflictError):
        sdk.Template.delete("acme/x:t")


def test_existence(api, sdk):
    api.on(f"GET {REF}", TEMPLATE, api.error(404, "template_not_found"), api.error(404, "not_found"))
    assert sdk.Template.exists("acme/x:t") is True
    assert sdk.Template.exists("acme/x:t") is False
    with pytest.raises(NotFoundError):
        sdk.Template.exists("acme/x:t")


def test_tags(api, sdk):
    api.on(f"GET {REF}/tags", [{"tag": "t", "build_id": "tb_1", "created_at": TIME}])
    [tag] = sdk.Template.get_tags("acme/x:t")
    assert (tag.tag, tag.build_id, tag.created_at.year) == ("t", "tb_1", 2026)
    api.on(f"POST {REF}/tags", TEMPLATE)
    assert sdk.Template.assign_tags("acme/x:t", ["a", "b"]).name == "x"
    assert api.body() == {"tags": ["a", "b"]}
    api.on(f"DELETE {REF}/tags/t%2Fu", httpx.Response(204))
    sdk.Template.remove_tag("acme/x:t", "t/u")
    sdk.Template.remove_tags("acme/x:t", "t/u")
    for bad in ([], "text"):
        with pytest.raises(SandboxError, match="tags"):
            sdk.Template.assign_tags("x", bad)


def test_aliases_names_and_visibility(api, sdk):
    api.on(f"GET {REF}/aliases", [{"alias_ref": "acme/old", "created_at": TIME}])
    assert sdk.Template.list_aliases("acme/x:t")[0].alias_ref == "acme/old"
    api.on(f"DELETE {REF}/aliases/acme%2Fold", httpx.Response(204))
    sdk.Template.remove_alias("acme/x:t", "acme/old")
    api.on(f"POST {REF}/rename", TEMPLATE)
    assert sdk.Template.rename("acme/x:t", "y").id == "tmpl_1"
    assert api.body() == {"new_name": "y"}
    api.on(f"PATCH {REF}/visibility", {**TEMPLATE, "visibility": "public"})
    assert sdk.Template.set_visibility("acme/x:t", "public").visibility == "public"
    with pytest.raises(ValueError, match="secret"):
        sdk.Template.set_visibility("acme/x:t", "secret")


def test_claims_and_namespaces(api, sdk):
    claim = {"claim_token": "tclm_1", "canonical_ref": "acme/x", "expires_at": TIME}
    api.on("POST /v1/templates/claims", claim)
    assert sdk.Template.reserve_name("acme/x").claim_token == "tclm_1"
    assert api.body() == {"template_ref": "acme/x"}
    api.on("DELETE /v1/templates/claims/tclm_1", httpx.Response(204))
    sdk.Template.release_name_claim("tclm_1")
    api.on("GET /v1/templates/namespaces/acme", {"slug": "acme", "kind": "user", "is_default": True})
    assert sdk.Template.get_namespace("acme").is_default


@pytest.mark.parametrize("ref", ["", ".", "..", None, 7])
def test_a_reference_to_nothing_is_refused(api, sdk, ref):
    for call in (sdk.Template.get, sdk.Template.delete, sdk.Template.get_tags, sdk.Template.list_builds):
        with pytest.raises(SandboxError, match="names nothing"):
            call(ref)
    assert api.requests == []

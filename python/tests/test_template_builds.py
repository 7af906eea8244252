import hashlib
import json

import httpx
import pytest

from nullspace import (
    AuthError,
    BuildError,
    ConflictError,
    NotFoundError,
    SandboxError,
    TemplateBuildStatus,
    TransportError,
)

RECORD = {
    "build_id": "tb_1",
    "template_id": "tmpl_1",
    "name": "review-api",
    "tags": ["stable"],
    "status": "ready",
    "created_at": "2026-03-10T12:00:00Z",
    "updated_at": "2026-03-10T12:00:05Z",
    "duration_ms": 5000,
    "cache_summary": {"layer_hits": 2},
    "artifact_ids": [],
    "a_later_field": 1,
}
TEMPLATE = {"id": "tmpl_1", "name": "review-api", "description": "", "tags": ["stable"]}
BUILD = "POST /v1/templates/build"
BUILDS = "POST /v1/templates/builds"
STATUS = "GET /v1/templates/builds/tb_1"
LOGS = "GET /v1/templates/builds/tb_1/logs"
PREFLIGHT = "POST /v1/templates/blobs/preflight"
FAILURE = {
    "code": "build_error",
    "message": "step 2 exited with 3",
    "phase": "build_step",
    "retryable": False,
    "suggested_action": "Correct the command.",
    "step_index": 2,
    "details": {"reason": "build_step_nonzero_exit", "exit_code": 3},
}


def entry(offset, kind="message", **more):
    return {
        "build_id": "tb_1",
        "template_id": "tmpl_1",
        "offset": offset,
        "timestamp": "2026-03-10T12:00:00.5Z",
        "kind": kind,
        "level": "info",
        "message": f"message {offset}",
        **more,
    }


def events(*entries):
    # The line separator of Unicode is text to a JSON parser, and no end of a line here.
    lines = [f": ping\ndata: {json.dumps(item, ensure_ascii=False)}\n\n" for item in entries]
    return httpx.Response(200, content="".join(lines).encode())


def status(state="ready", entries=(), next_offset=2, **more):
    return {
        "build": {**RECORD, "status": state, **more},
        "entries": list(entries),
        "next_offset": next_offset,
    }


@pytest.fixture
def context(tmp_path):
    (tmp_path / "a.txt").write_text("same")
    (tmp_path / "b.txt").write_text("same")
    (tmp_path / "c.txt").write_text("other")
    return tmp_path


@pytest.fixture
def template(sdk):
    return sdk.Template.from_template("base").run_cmd("true")


def preflight(request):
    asked = json.loads(request.content)["files"]
    return httpx.Response(
        200,
        json={
            "files": [
                {
                    "path": item["path"],
                    "entry_type": item["entry_type"],
                    "blob_id": "blob_" + item["sha256"][:8],
                    "missing": item["size_bytes"] == 4,
                }
                for item in asked
            ]
        },
    )


def test_a_build_is_followed_to_its_end(api, sdk, template):
    api.on(BUILD, events(entry(0, "start", message="a\u2028b"), entry(1, "end", result=TEMPLATE)))
    api.on(STATUS, status())
    seen = []
    build = sdk.Template.build(
        template,
        "review-api:stable",
        tags=["v2"],
        vcpus=4,
        memory_mb=1024,
        disk_mb=9000,
        internet_access=False,
        skip_cache=True,
        on_log_entry=seen.append,
    )
    assert (build.id, build.template_id, build.name, build.status) == (
        "tb_1",
        "tmpl_1",
        "review-api",
        TemplateBuildStatus.READY,
    )
    assert build.summary.cache_summary == {"layer_hits": 2}
    assert [item.message for item in seen] == ["a\u2028b", "message 1"]
    assert seen[-1].result.name == "review-api"
    assert api.body(0) == {
        "base_image": "nullspace/base:latest",
        "steps": [{"action": "run", "command": "true"}],
        "name": "review-api",
        "tags": ["stable", "v2"],
        "build_config": {"vcpus": 4, "memory_mib": 1024, "disk_mb": 9000, "internet_access": False},
        "skip_cache": True,
    }
    assert api.routes == [BUILD, STATUS]


def test_each_content_is_sent_once_and_only_when_it_is_missing(api, sdk, context):
    digest = hashlib.sha256(b"same").hexdigest()
    blob = f"PUT /v1/templates/blobs/blob_{digest[:8]}"
    api.on(PREFLIGHT, preflight)
    api.on(blob, httpx.Response(204))
    api.on(BUILD, events(entry(0, "end", result=TEMPLATE)))
    api.on(STATUS, status())
    told = []
    builder = sdk.Template.from_image("a", file_context_path=str(context))
    builder.copy(["a.txt", "b.txt"], "/x/").copy("c.txt", "/y", force_upload=True)
    sdk.Template.build(builder, "n", on_upload_progress=told.append)
    assert api.routes == [PREFLIGHT, blob, BUILD, STATUS]
    described = api.body(0)["files"]
    assert described[0] == {
        "path": "builder-context/step-0/src-0/a.txt",
        "entry_type": "file",
        "mode": "0644",
        "sha256": digest,
        "size_bytes": 4,
    }
    assert described[2]["force_upload"] is True
    assert (api.requests[1].content, api.requests[1].headers["content-length"]) == (b"same", "4")
    assert api.requests[1].headers["content-type"] == "application/octet-stream"
    sent = api.body(2)["build_context"]["files"]
    assert [file["blob_id"] for file in sent[:2]] == [f"blob_{digest[:8]}"] * 2
    assert "content_base64" not in sent[0]
    assert (told[-1].uploaded_files, told[-1].total_files, told[-1].uploaded_bytes) == (1, 1, 4)


def test_a_refused_blob_ends_the_build_before_it_begins(api, sdk, context):
    api.on(PREFLIGHT, preflight)
    builder = sdk.Template.from_image("a", file_context_path=str(context)).copy("a.txt", "/x")
    digest = hashlib.sha256(b"same").hexdigest()
    api.on(f"PUT /v1/templates/blobs/blob_{digest[:8]}", api.error(422, "invalid_request"))
    with pytest.raises(SandboxError) as caught:
        sdk.Template.build(builder, "n")
    assert caught.value.code == "invalid_request"
    assert BUILD not in api.routes
    api.on(PREFLIGHT, api.error(501, "not_implemented"))
    with pytest.raises(NotImplementedError):
        sdk.Template.build(builder, "n")
    api.on(PREFLIGHT, {"files": []})
    with pytest.raises(SandboxError, match="number of files"):
        sdk.Template.build(builder, "n")


def test_a_failed_build_says_where_and_why(api, sdk, template):
    failed = entry(1, "error", level="error", message="failed", error_detail=FAILURE)
    api.on(BUILD, events(entry(0, "start"), failed))
    with pytest.raises(BuildError, match="exited with 3") as caught:
        sdk.Template.build(template, "n")
    failure = caught.value.failure
    assert (failure.phase, failure.step_index, failure.details["exit_code"]) == ("build_step", 2, 3)
    assert caught.value.suggested_action == "Correct the command."
    assert caught.value.details["build_id"] == "tb_1"
    api.on(BUILD, events(entry(0, "error", error_detail={**FAILURE, "code": "unauthorized"})))
    with pytest.raises(AuthError):
        sdk.Template.build(template, "n")


@pytest.mark.parametrize("last", [entry(0), entry(0, "cancelled"), entry(0, "error")])
def test_a_log_without_a_good_end_is_a_failed_build(api, sdk, template, last):
    api.on(BUILD, events(last))
    api.on(STATUS, status())
    with pytest.raises(BuildError) as caught:
        sdk.Template.build(template, "n")
    assert "tb_1" in f"{caught.value} {caught.value.details}"


def test_a_log_of_two_builds_and_one_that_is_none_are_refused(api, sdk, template):
    for bad in ([entry(0), entry(1) | {"build_id": "tb_2"}], [{"offset": 0}], ["text"]):
        api.on(BUILD, events(*bad))
        with pytest.raises(SandboxError) as caught:
            sdk.Template.build(template, "n")
        assert caught.value.code == "invalid_response"


def test_errors_before_the_log(api, sdk, template):
    api.on(BUILD, api.error(409, "conflict"))
    with pytest.raises(ConflictError):
        sdk.Template.build(template, "n")
    api.on(BUILD, httpx.ReadError("gone"))
    with pytest.raises(TransportError):
        sdk.Template.build(template, "n")
    assert api.routes.count(BUILD) == 2
    for bad in ({}, {"name_or_ref": "a", "name": "a"}, {"name": "a:tb_1"}):
        with pytest.raises(SandboxError) as caught:
            sdk.Template.build(template, **bad)
        assert caught.value.code == "invalid_request"
    assert api.routes.count(BUILD) == 2


def test_a_build_in_the_background(api, sdk, template):
    api.on(BUILDS, {**RECORD, "status": "waiting"})
    build = sdk.Template.build_in_background(template, "n")
    assert build.status is TemplateBuildStatus.WAITING
    first = status("building", [entry(0, "start")], 1)
    api.on(STATUS, first, status("ready", [entry(1)], 2), status("ready", [entry(2, "end")], 3))
    seen = []
    end = build.wait_until_terminal(poll_interval=0, on_log_entry=seen.append)
    assert (end.build.status, build.status, end.next_offset) == ("ready", "ready", 3)
    assert [item.offset for item in seen] == [0, 1, 2]
    offsets = [request.url.params["offset"] for request in api.requests[1:]]
    assert offsets == ["0", "1", "2"]
    api.on(STATUS, status("error", error="it failed", error_detail=FAILURE))
    with pytest.raises(BuildError, match="exited with 3"):
        build.wait_until_terminal()
    api.on(STATUS, status("cancelled"))
    assert build.wait_until_terminal().build.status == "cancelled"


def test_a_build_by_its_id(api, sdk):
    api.on(STATUS, status("building"))
    build = sdk.TemplateBuild.connect("tb_1")
    api.on(LOGS, events(entry(3), entry(4, "end")))
    assert [item.offset for item in build.logs(offset=3, follow=True)] == [3, 4]
    assert dict(api.requests[-1].url.params) == {"offset": "3", "follow": "true"}
    api.on("POST /v1/templates/builds/tb_1/cancel", status("cancelled"))
    assert build.cancel(reason="enough").build.status == build.status == "cancelled"
    assert api.body() == {"reason": "enough"}
    api.on(
        "POST /v1/templates/builds/tb_1/retry", {**RECORD, "build_id": "tb_2", "retry_of_build_id": "tb_1"}
    )
    again = build.retry(tags=["t"], build_secrets=[{"id": "s", "value": "v"}])
    assert (again.id, again.summary.retry_of_build_id) == ("tb_2", "tb_1")
    assert api.body() == {"tags": ["t"], "build_secrets": [{"id": "s", "value": "v", "source": "value"}]}
    api.on("POST /v1/templates/builds/tb_1/promote", TEMPLATE)
    assert build.promote(tag="prod").name == "review-api"
    with pytest.raises(NotFoundError):
        sdk.TemplateBuild.connect("tb_9")
    with pytest.raises(SandboxError, match="build id"):
        sdk.TemplateBuild.connect("../x")
    with pytest.raises(SandboxError, match="offset"):
        build.get_status(offset=-1)


def test_checks_send_the_files_inside(api, sdk, context):
    builder = sdk.Template.from_image("a", file_context_path=str(context)).copy("a.txt", "/x")
    errors = [{"code": "invalid_request", "message": "no", "phase": "prepare"}]
    api.on("POST /v1/templates/validate", {"valid": False, "errors": errors, "warnings": ["w"]})
    found = sdk.Template.validate(builder, vcpus=1)
    assert (found.valid, found.errors[0].phase, found.warnings) == (False, "prepare", ["w"])
    assert api.body()["build_context"]["files"][0]["content_base64"] == "c2FtZQ=="
    assert api.body()["build_config"] == {"vcpus": 1, "memory_mib": 512}
    manifest = {"context_manifest_id": "m", "context_digest": "d", "file_count": 1}
    answer = {"build_plan": {"steps": 1}, "requires_base_image_auth": False, "context_manifest": manifest}
    api.on("POST /v1/templates/plan", answer)
    plan = sdk.Template.plan(builder, "n")
    assert (plan.build_plan, plan.context_manifest.file_count) == ({"steps": 1}, 1)


def test_the_history_of_a_template(api, sdk):
    page = {"builds": [RECORD, {**RECORD, "status": "later"}], "next_cursor": "c2"}
    api.on("GET /v1/templates/refs/acme%2Fx/builds", page)
    api.on("GET /v1/templates/tmpl_1/builds", {"builds": [], "next_cursor": None})
    found = sdk.Template.list_builds("acme/x", status="ready", limit=2, cursor="c1")
    assert ([build.status for build in found.builds], found.next_cursor) == (["ready", "later"], "c2")
    assert dict(api.requests[-1].url.params) == {"status": "ready", "limit": "2", "cursor": "c1"}
    assert sdk.Template.list_builds("tmpl_1").builds == []
    with pytest.raises(SandboxError, match="limit"):
        sdk.Template.list_builds("x", limit=101)

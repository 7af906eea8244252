"""Calls about builds of templates."""

from __future__ import annotations

from typing import Any

from .._models.build_check import (
    TemplateBuildPlanResponse,
    TemplateBuildValidationResponse,
    read_plan,
    read_validation,
)
from .._models.build_log import TemplateBuildStatusSnapshot, read_snapshot_of_build
from .._models.build_record import (
    TemplateBuildListResponse,
    TemplateBuildSummary,
    read_build,
    read_build_page,
)
from .._models.build_states import TemplateBuildBackend, TemplateBuildSourceType, TemplateBuildStatus
from .._models.template_info import TemplateInfo, read_template_info
from .call import Call, Reply, Request
from .encode import encode_json, id_path, invalid_request
from .template_calls import ref_path

_BUILDS = "/v1/templates/builds"
# The server says every few seconds that it is there.
_STREAM_TIMEOUT = 300.0
_UPLOAD_TIMEOUT = 300.0
_LARGEST_PAGE = 100


def build_stream(body: dict[str, Any]) -> Request:
    """Builds and answers with the log."""
    return Request("POST", "/v1/templates/build", body=encode_json(body), timeout=_STREAM_TIMEOUT)


def start_build(body: dict[str, Any]) -> Call[TemplateBuildSummary]:
    """Queues a build."""
    request = Request("POST", _BUILDS, body=encode_json(body), timeout=_STREAM_TIMEOUT)
    return Call(request, _build)


def validate(body: dict[str, Any]) -> Call[TemplateBuildValidationResponse]:
    """Checks a definition."""
    request = Request("POST", "/v1/templates/validate", body=encode_json(body), timeout=_UPLOAD_TIMEOUT)
    return Call(request, lambda reply: read_validation(reply.json()))


def plan(body: dict[str, Any]) -> Call[TemplateBuildPlanResponse]:
    """Says what a build would do."""
    request = Request("POST", "/v1/templates/plan", body=encode_json(body), timeout=_UPLOAD_TIMEOUT)
    return Call(request, lambda reply: read_plan(reply.json()))


def get_build(build_id: str, offset: int) -> Call[TemplateBuildStatusSnapshot]:
    """A build and its log from an offset on."""
    if isinstance(offset, bool) or not isinstance(offset, int) or offset < 0:
        raise invalid_request(f"offset {offset!r} is not a whole number of at least 0")
    return Call(Request("GET", _path(build_id), params={"offset": str(offset)}), _snapshot)


def log_stream(build_id: str, offset: int, follow: bool) -> Request:
    """The log from an offset on: what there is, or to the end of the build."""
    params = {"offset": str(offset), "follow": "true" if follow else "false"}
    return Request("GET", _path(build_id, "logs"), params=params, timeout=_STREAM_TIMEOUT)


def cancel(build_id: str, reason: str | None) -> Call[TemplateBuildStatusSnapshot]:
    """Cancels a build."""
    body = {} if reason is None else {"reason": reason}
    return Call(Request("POST", _path(build_id, "cancel"), body=encode_json(body)), _snapshot)


def retry(build_id: str, body: dict[str, Any]) -> Call[TemplateBuildSummary]:
    """Begins a new attempt."""
    return Call(Request("POST", _path(build_id, "retry"), body=encode_json(body)), _build)


def promote(build_id: str, tag: str) -> Call[TemplateInfo]:
    """Points a tag to a build."""
    request = Request("POST", _path(build_id, "promote"), body=encode_json({"tag": tag}))
    return Call(request, lambda reply: read_template_info(reply.json()))


def list_builds(
    ref: str,
    *,
    status: TemplateBuildStatus | str | None,
    backend: TemplateBuildBackend | str | None,
    source_type: TemplateBuildSourceType | str | None,
    limit: int | None,
    cursor: str | None,
) -> Call[TemplateBuildListResponse]:
    """Builds of a template, the newest first."""
    if limit is not None and not 1 <= limit <= _LARGEST_PAGE:
        raise invalid_request(f"limit {limit!r} is not a whole number from 1 to {_LARGEST_PAGE}")
    given = {
        "status": None if status is None else TemplateBuildStatus(status).value,
        "backend": None if backend is None else TemplateBuildBackend(backend).value,
        "source_type": None if source_type is None else TemplateBuildSourceType(source_type).value,
        "limit": None if limit is None else str(limit),
        "cursor": cursor,
    }
    params = {name: value for name, value in given.items() if value is not None}
    by_id = isinstance(ref, str) and ref.startswith("tmpl_")
    path = id_path("/v1/templates", ref, "builds", what="template") if by_id else ref_path(ref, "builds")
    return Call(Request("GET", path, params=params), lambda reply: read_build_page(reply.json()))


def _path(build_id: str, *rest: str) -> str:
    return id_path(_BUILDS, build_id, *rest, what="build")


def _build(reply: Reply) -> TemplateBuildSummary:
    return read_build(reply.json())


def _snapshot(reply: Reply) -> TemplateBuildStatusSnapshot:
    return read_snapshot_of_build(reply.json())

"""Calls about templates."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from .._models.template_info import TemplateInfo, TemplateVisibility, read_template_info
from .._models.template_names import (
    TemplateAliasInfo,
    TemplateNameClaim,
    TemplateNamespaceInfo,
    TemplateTagInfo,
    read_alias,
    read_claim,
    read_namespace,
    read_tag,
)
from .call import Call, Reply, Request, ignore_answer
from .encode import encode_json, invalid_request
from .fields import Fields, fields_param

_TEMPLATES = "/v1/templates"


def list_templates() -> Call[list[TemplateInfo]]:
    """Own templates and those that come with the server."""
    return Call(Request("GET", _TEMPLATES), lambda reply: [read_template_info(item) for item in reply.json()])


def list_template_fields(fields: Fields) -> Call[list[dict[str, Any]]]:
    """The same as projections."""
    return Call(Request("GET", _TEMPLATES, params=fields_param(fields)), lambda reply: list(reply.json()))


def get_template(ref: str) -> Call[TemplateInfo]:
    """Reads a template."""
    return Call(Request("GET", ref_path(ref)), _template)


def get_template_fields(ref: str, fields: Fields) -> Call[dict[str, Any]]:
    """The same as a projection."""
    return Call(Request("GET", ref_path(ref), params=fields_param(fields)), lambda reply: dict(reply.json()))


def delete_template(ref: str) -> Call[None]:
    """Deletes a template."""
    return Call(Request("DELETE", ref_path(ref)), ignore_answer)


def get_tags(ref: str) -> Call[list[TemplateTagInfo]]:
    """Tags of a template."""
    return Call(
        Request("GET", ref_path(ref, "tags")), lambda reply: [read_tag(item) for item in reply.json()]
    )


def assign_tags(ref: str, tags: list[str]) -> Call[TemplateInfo]:
    """Points tags to the build that `ref` means."""
    if isinstance(tags, str) or not tags:
        raise invalid_request(f"tags {tags!r} is not a list with at least one tag")
    return Call(Request("POST", ref_path(ref, "tags"), body=encode_json({"tags": list(tags)})), _template)


def remove_tag(ref: str, tag: str) -> Call[None]:
    """Removes a tag."""
    return Call(Request("DELETE", ref_path(ref, "tags", segment("tag", tag))), ignore_answer)


def list_aliases(ref: str) -> Call[list[TemplateAliasInfo]]:
    """Earlier names of a template."""
    request = Request("GET", ref_path(ref, "aliases"))
    return Call(request, lambda reply: [read_alias(item) for item in reply.json()])


def remove_alias(ref: str, alias: str) -> Call[None]:
    """Gives up an earlier name."""
    return Call(Request("DELETE", ref_path(ref, "aliases", segment("alias", alias))), ignore_answer)


def rename(ref: str, new_name: str) -> Call[TemplateInfo]:
    """Renames a template."""
    body = encode_json({"new_name": new_name})
    return Call(Request("POST", ref_path(ref, "rename"), body=body), _template)


def set_visibility(ref: str, visibility: TemplateVisibility | str) -> Call[TemplateInfo]:
    """Publishes or hides a template."""
    body = encode_json({"visibility": TemplateVisibility(visibility).value})
    return Call(Request("PATCH", ref_path(ref, "visibility"), body=body), _template)


def reserve_name(ref: str) -> Call[TemplateNameClaim]:
    """Keeps a name for a while."""
    request = Request("POST", f"{_TEMPLATES}/claims", body=encode_json({"template_ref": ref}))
    return Call(request, lambda reply: read_claim(reply.json()))


def release_claim(claim_token: str) -> Call[None]:
    """Gives a name back."""
    path = f"{_TEMPLATES}/claims/{segment('claim token', claim_token)}"
    return Call(Request("DELETE", path), ignore_answer)


def get_namespace(slug: str) -> Call[TemplateNamespaceInfo]:
    """Reads a namespace."""
    path = f"{_TEMPLATES}/namespaces/{segment('namespace', slug)}"
    return Call(Request("GET", path), lambda reply: read_namespace(reply.json()))


def ref_path(ref: str, *rest: str) -> str:
    """Path of a template's route; a ref is one segment of it."""
    return "/".join((f"{_TEMPLATES}/refs", segment("template", ref), *rest))


def segment(what: str, value: str) -> str:
    """One segment of a path."""
    if not isinstance(value, str) or value in ("", ".", ".."):
        raise invalid_request(f"{what} {value!r} names nothing")
    return quote(value, safe="")


def _template(reply: Reply) -> TemplateInfo:
    return read_template_info(reply.json())

"""Calls about templates."""

from __future__ import annotations

from typing import Any

from .._models.template_info import TemplateInfo, read_template_info
from .call import Call, Request
from .fields import Fields, fields_param


def list_templates() -> Call[list[TemplateInfo]]:
    """Own templates and those that come with the server."""
    return Call(
        Request("GET", "/v1/templates"), lambda reply: [read_template_info(item) for item in reply.json()]
    )


def list_template_fields(fields: Fields) -> Call[list[dict[str, Any]]]:
    """The same as projections."""
    return Call(
        Request("GET", "/v1/templates", params=fields_param(fields)), lambda reply: list(reply.json())
    )

"""Templates."""

from __future__ import annotations

import builtins
from typing import Any, overload

from .._core.connection import resolve_connection
from .._core.fields import Fields
from .._core.template_calls import list_template_fields, list_templates
from .._models.template_info import TemplateInfo
from .transport import Transport


class Template:
    """What sandboxes are made from."""

    @overload
    @staticmethod
    def list(
        *, fields: None = None, api_key: str | None = None, base_url: str | None = None
    ) -> builtins.list[TemplateInfo]: ...

    @overload
    @staticmethod
    def list(
        *, fields: Fields, api_key: str | None = None, base_url: str | None = None
    ) -> builtins.list[TemplateInfo] | builtins.list[dict[str, Any]]: ...

    @staticmethod
    def list(
        *, fields: Fields = None, api_key: str | None = None, base_url: str | None = None
    ) -> builtins.list[TemplateInfo] | builtins.list[dict[str, Any]]:
        """Templates that sandboxes can be created from. With `fields`, plain dictionaries of just those."""
        transport = Transport(resolve_connection(api_key=api_key, base_url=base_url))
        try:
            if fields is not None:
                return transport.execute(list_template_fields(fields))
            return transport.execute(list_templates())
        finally:
            transport.close()

"""Templates."""

from __future__ import annotations

import builtins
from typing import Any, overload

from .._core import template_calls
from .._core.fields import Fields
from .._models.template_info import TemplateInfo
from .._models.warm_pool import TemplateWarmPoolVersionPolicy, WarmPoolCheckoutMode
from .._template.rename import StepOrVerb
from ..errors import NotFoundError
from .lifetime import brief_transport
from .template_building import TemplateBuilding
from .template_names import TemplateNames
from .warm_pool import TemplateWarmPool


class Template(TemplateBuilding, TemplateNames):
    """What sandboxes are made from: a builder for your own, and calls about all.

    template = Template.from_python_image("3.12").pip_install(["fastapi"]).copy("app", "/srv/app")
    Template.build(template, "review-api:stable")
    sandbox = Sandbox.create("review-api:stable")
    """

    rename = StepOrVerb()

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
        with brief_transport(api_key, base_url) as transport:
            if fields is not None:
                return transport.execute(template_calls.list_template_fields(fields))
            return transport.execute(template_calls.list_templates())

    @staticmethod
    def get(
        template_ref: str, *, fields: Fields = None, api_key: str | None = None, base_url: str | None = None
    ) -> TemplateInfo | dict[str, Any]:
        """One template by name, `name:tag`, `namespace/name` or id; `NotFoundError` when there is none."""
        with brief_transport(api_key, base_url) as transport:
            if fields is not None:
                return transport.execute(template_calls.get_template_fields(template_ref, fields))
            return transport.execute(template_calls.get_template(template_ref))

    @staticmethod
    def exists(template_ref: str, *, api_key: str | None = None, base_url: str | None = None) -> bool:
        """Whether there is such a template."""
        try:
            Template.get(template_ref, api_key=api_key, base_url=base_url)
        except NotFoundError as error:
            if error.code != "template_not_found":
                raise
            return False
        return True

    @staticmethod
    def delete(template_ref: str, *, api_key: str | None = None, base_url: str | None = None) -> None:
        """Deletes a template with its builds. Raises `ConflictError` while something needs it."""
        with brief_transport(api_key, base_url) as transport:
            transport.execute(template_calls.delete_template(template_ref))

    @staticmethod
    def create_warm_pool(
        template: str,
        *,
        name: str,
        min_ready: int,
        max_ready: int,
        vcpus: int = 2,
        memory_mb: int = 512,
        disk_mb: int | None = None,
        idle_timeout_seconds: int | None = None,
        stale_after_seconds: int | None = None,
        checkout_policy: WarmPoolCheckoutMode | str | None = None,
        version_policy: TemplateWarmPoolVersionPolicy | str | None = None,
        track_tag: str | None = None,
        labels: dict[str, str] | None = None,
        metadata: dict[str, Any] | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
        request_timeout: float | None = None,
    ) -> TemplateWarmPool:
        """Another name of `TemplateWarmPool.create`."""
        return TemplateWarmPool.create(
            template,
            name=name,
            min_ready=min_ready,
            max_ready=max_ready,
            vcpus=vcpus,
            memory_mb=memory_mb,
            disk_mb=disk_mb,
            idle_timeout_seconds=idle_timeout_seconds,
            stale_after_seconds=stale_after_seconds,
            checkout_policy=checkout_policy,
            version_policy=version_policy,
            track_tag=track_tag,
            labels=labels,
            metadata=metadata,
            api_key=api_key,
            base_url=base_url,
            request_timeout=request_timeout,
        )

"""Names of templates: tags, aliases, visibility."""

from __future__ import annotations

from .._core import template_calls
from .._models.template_info import TemplateInfo, TemplateVisibility
from .._models.template_names import (
    TemplateAliasInfo,
    TemplateNameClaim,
    TemplateNamespaceInfo,
    TemplateTagInfo,
)
from .lifetime import brief_transport


class AsyncTemplateNames:
    """Methods about what templates are called and who may use them."""

    @staticmethod
    async def get_tags(
        template_ref: str, *, api_key: str | None = None, base_url: str | None = None
    ) -> list[TemplateTagInfo]:
        """Tags of a template, and the builds that they point to."""
        async with brief_transport(api_key, base_url) as transport:
            return await transport.execute(template_calls.get_tags(template_ref))

    @staticmethod
    async def assign_tags(
        template_ref: str, tags: list[str], *, api_key: str | None = None, base_url: str | None = None
    ) -> TemplateInfo:
        """Points tags to the build that the reference means, such as `name:tb_…`."""
        async with brief_transport(api_key, base_url) as transport:
            return await transport.execute(template_calls.assign_tags(template_ref, tags))

    @staticmethod
    async def remove_tag(
        template_ref: str, tag: str, *, api_key: str | None = None, base_url: str | None = None
    ) -> None:
        """Removes a tag; the build stays."""
        async with brief_transport(api_key, base_url) as transport:
            await transport.execute(template_calls.remove_tag(template_ref, tag))

    @staticmethod
    async def remove_tags(
        template_ref: str, tag: str, *, api_key: str | None = None, base_url: str | None = None
    ) -> None:
        """Another name of `remove_tag`."""
        async with brief_transport(api_key, base_url) as transport:
            await transport.execute(template_calls.remove_tag(template_ref, tag))

    @staticmethod
    async def list_aliases(
        template_ref: str, *, api_key: str | None = None, base_url: str | None = None
    ) -> list[TemplateAliasInfo]:
        """Earlier names, which still lead to the template."""
        async with brief_transport(api_key, base_url) as transport:
            return await transport.execute(template_calls.list_aliases(template_ref))

    @staticmethod
    async def remove_alias(
        template_ref: str, alias: str, *, api_key: str | None = None, base_url: str | None = None
    ) -> None:
        """Gives up an earlier name."""
        async with brief_transport(api_key, base_url) as transport:
            await transport.execute(template_calls.remove_alias(template_ref, alias))

    @staticmethod
    async def set_visibility(
        template_ref: str,
        visibility: TemplateVisibility | str,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
    ) -> TemplateInfo:
        """Lets everyone on this server use the template (`public`), or nobody else (`private`)."""
        async with brief_transport(api_key, base_url) as transport:
            return await transport.execute(template_calls.set_visibility(template_ref, visibility))

    @staticmethod
    async def reserve_name(
        template_ref: str, *, api_key: str | None = None, base_url: str | None = None
    ) -> TemplateNameClaim:
        """Keeps a name for a while. Raises `ConflictError` when it is taken."""
        async with brief_transport(api_key, base_url) as transport:
            return await transport.execute(template_calls.reserve_name(template_ref))

    @staticmethod
    async def release_name_claim(
        claim_token: str, *, api_key: str | None = None, base_url: str | None = None
    ) -> None:
        """Gives a kept name back."""
        async with brief_transport(api_key, base_url) as transport:
            await transport.execute(template_calls.release_claim(claim_token))

    @staticmethod
    async def get_namespace(
        slug: str, *, api_key: str | None = None, base_url: str | None = None
    ) -> TemplateNamespaceInfo:
        """A namespace."""
        async with brief_transport(api_key, base_url) as transport:
            return await transport.execute(template_calls.get_namespace(slug))

    @staticmethod
    async def _rename_built(
        template_ref: str, new_name: str, *, api_key: str | None = None, base_url: str | None = None
    ) -> TemplateInfo:
        """Renames a template; the old name stays as an alias."""
        async with brief_transport(api_key, base_url) as transport:
            return await transport.execute(template_calls.rename(template_ref, new_name))

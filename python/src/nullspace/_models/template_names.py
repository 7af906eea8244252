"""Names of templates: tags, aliases, namespaces, reservations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from .known import known
from .timestamp import needed_time


class TemplateNamespaceKind(str, Enum):
    """Whose a namespace is."""

    SYSTEM = "system"
    USER = "user"
    DEPLOYMENT = "deployment"


@dataclass
class TemplateTagInfo:
    """A tag and the build that it points to."""

    tag: str
    build_id: str
    created_at: datetime


@dataclass
class TemplateAliasInfo:
    """An earlier name of a template, which still leads to it."""

    alias_ref: str
    created_at: datetime


@dataclass
class TemplateNamespaceInfo:
    """A namespace; names without one are in the default one."""

    slug: str
    kind: TemplateNamespaceKind | str
    is_default: bool


@dataclass
class TemplateNameClaim:
    """A name that is kept for its holder until `expires_at`."""

    claim_token: str
    canonical_ref: str
    expires_at: datetime


def read_tag(data: dict[str, Any]) -> TemplateTagInfo:
    """Reads a tag."""
    return TemplateTagInfo(data["tag"], data["build_id"], needed_time(data, "created_at"))


def read_alias(data: dict[str, Any]) -> TemplateAliasInfo:
    """Reads an alias."""
    return TemplateAliasInfo(data["alias_ref"], needed_time(data, "created_at"))


def read_namespace(data: dict[str, Any]) -> TemplateNamespaceInfo:
    """Reads a namespace."""
    return TemplateNamespaceInfo(data["slug"], known(TemplateNamespaceKind, data["kind"]), data["is_default"])


def read_claim(data: dict[str, Any]) -> TemplateNameClaim:
    """Reads a reservation."""
    return TemplateNameClaim(data["claim_token"], data["canonical_ref"], needed_time(data, "expires_at"))

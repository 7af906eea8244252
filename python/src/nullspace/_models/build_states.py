"""What builds of templates may be."""

from __future__ import annotations

from enum import Enum


class TemplateBuildStatus(str, Enum):
    """State of a build; the last three are final."""

    WAITING = "waiting"
    BUILDING = "building"
    READY = "ready"
    ERROR = "error"
    CANCELLED = "cancelled"


FINAL_STATES = (TemplateBuildStatus.READY, TemplateBuildStatus.ERROR, TemplateBuildStatus.CANCELLED)


class TemplateBuildBackend(str, Enum):
    """Spelling of a build; the server does the same for both."""

    NATIVE = "native"
    BUILDKIT = "buildkit"


class TemplateBuildSourceType(str, Enum):
    """What a build started from."""

    DECLARATIVE = "declarative"
    DOCKERFILE = "dockerfile"
    OCI_IMPORT = "oci_import"
    TEMPLATE_BASE = "template_base"


class TemplateBuildLogKind(str, Enum):
    """What an entry of a log tells."""

    START = "start"
    MESSAGE = "message"
    CACHE = "cache"
    RETRY = "retry"
    WARNING = "warning"
    ERROR = "error"
    CANCELLED = "cancelled"
    END = "end"


class TemplateBuildLogLevel(str, Enum):
    """How much an entry matters, least first."""

    DEBUG = "debug"
    INFO = "info"
    WARN = "warn"
    ERROR = "error"


class TemplateFailurePhase(str, Enum):
    """Where a build failed."""

    AUTH = "auth"
    PREFLIGHT = "preflight"
    BLOB_UPLOAD = "blob_upload"
    PREPARE = "prepare"
    BUILD_STEP = "build_step"
    READINESS = "readiness"
    SNAPSHOT = "snapshot"
    FINALIZE = "finalize"
    INTERRUPTED = "interrupted"

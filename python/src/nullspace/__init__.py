"""Nullspace: isolated Linux sandboxes for AI agents, on your own machines.

from nullspace import Sandbox

with Sandbox.create() as sandbox:
    print(sandbox.commands.run("uname -a", shell=True).stdout)
"""

from ._async.background_command import AsyncBackgroundCommand
from ._async.byte_stream import AsyncByteStream
from ._async.commands import AsyncCommands
from ._async.event_stream import AsyncLifecycleEventStream
from ._async.files import AsyncFiles
from ._async.handle import AsyncSandbox
from ._async.lifecycle import AsyncLifecycle
from ._async.paginator import AsyncSandboxPaginator, AsyncSnapshotPaginator
from ._async.snapshot import AsyncSnapshot
from ._async.template import AsyncTemplate
from ._sync.background_command import BackgroundCommand
from ._sync.byte_stream import ByteStream
from ._sync.commands import Commands
from ._sync.event_stream import LifecycleEventStream
from ._sync.files import Files
from ._sync.handle import Sandbox
from ._sync.lifecycle import Lifecycle
from ._sync.paginator import SandboxPaginator, SnapshotPaginator
from ._sync.snapshot import Snapshot
from ._sync.template import Template
from ._version import __version__
from .errors import (
    AuthError,
    ConflictError,
    NotFoundError,
    NotImplementedError,
    PermissionError,
    QuotaExceededError,
    RateLimitError,
    SandboxError,
    SandboxPausedError,
    TimeoutError,
    TransportError,
)
from .types import (
    CommandLogs,
    CommandResult,
    FileInfo,
    ForkedSandbox,
    LifecycleActorKind,
    LifecycleAudience,
    LifecycleEvent,
    LifecycleEventListResponse,
    LifecycleOperation,
    LifecycleStatus,
    LifecycleWebhookDeliveryAttemptInfo,
    LifecycleWebhookDeliveryDetail,
    LifecycleWebhookDeliveryInfo,
    LifecycleWebhookDeliveryStatus,
    LifecycleWebhookInfo,
    ProcessInfo,
    SandboxConfig,
    SandboxInfo,
    SandboxListState,
    SandboxMetrics,
    SandboxQuery,
    SandboxState,
    SandboxStatus,
    SandboxTimeoutAction,
    SnapshotInfo,
    SnapshotKind,
    TemplateInfo,
    TemplateRuntimeDefaults,
    TemplateVisibility,
)

__all__ = [
    "AsyncBackgroundCommand",
    "AsyncByteStream",
    "AsyncCommands",
    "AsyncFiles",
    "AsyncLifecycle",
    "AsyncLifecycleEventStream",
    "AsyncSandbox",
    "AsyncSandboxPaginator",
    "AsyncSnapshot",
    "AsyncSnapshotPaginator",
    "AsyncTemplate",
    "AuthError",
    "BackgroundCommand",
    "ByteStream",
    "CommandLogs",
    "CommandResult",
    "Commands",
    "ConflictError",
    "FileInfo",
    "Files",
    "ForkedSandbox",
    "Lifecycle",
    "LifecycleActorKind",
    "LifecycleAudience",
    "LifecycleEvent",
    "LifecycleEventListResponse",
    "LifecycleEventStream",
    "LifecycleOperation",
    "LifecycleStatus",
    "LifecycleWebhookDeliveryAttemptInfo",
    "LifecycleWebhookDeliveryDetail",
    "LifecycleWebhookDeliveryInfo",
    "LifecycleWebhookDeliveryStatus",
    "LifecycleWebhookInfo",
    "NotFoundError",
    "NotImplementedError",
    "PermissionError",
    "ProcessInfo",
    "QuotaExceededError",
    "RateLimitError",
    "Sandbox",
    "SandboxConfig",
    "SandboxError",
    "SandboxInfo",
    "SandboxListState",
    "SandboxMetrics",
    "SandboxPaginator",
    "SandboxPausedError",
    "SandboxQuery",
    "SandboxState",
    "SandboxStatus",
    "SandboxTimeoutAction",
    "Snapshot",
    "SnapshotInfo",
    "SnapshotKind",
    "SnapshotPaginator",
    "Template",
    "TemplateInfo",
    "TemplateRuntimeDefaults",
    "TemplateVisibility",
    "TimeoutError",
    "TransportError",
    "__version__",
]

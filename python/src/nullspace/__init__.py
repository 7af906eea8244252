"""Nullspace: isolated Linux sandboxes for AI agents, on your own machines.

from nullspace import Sandbox

with Sandbox.create() as sandbox:
    print(sandbox.commands.run("uname -a", shell=True).stdout)
"""

from ._async.background_command import AsyncBackgroundCommand
from ._async.byte_stream import AsyncByteStream
from ._async.commands import AsyncCommands
from ._async.files import AsyncFiles
from ._async.handle import AsyncSandbox
from ._async.paginator import AsyncSandboxPaginator
from ._async.template import AsyncTemplate
from ._sync.background_command import BackgroundCommand
from ._sync.byte_stream import ByteStream
from ._sync.commands import Commands
from ._sync.files import Files
from ._sync.handle import Sandbox
from ._sync.paginator import SandboxPaginator
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
    TimeoutError,
    TransportError,
)
from .types import (
    CommandLogs,
    CommandResult,
    FileInfo,
    ProcessInfo,
    SandboxConfig,
    SandboxInfo,
    SandboxListState,
    SandboxMetrics,
    SandboxQuery,
    SandboxState,
    SandboxStatus,
    SandboxTimeoutAction,
    TemplateInfo,
    TemplateRuntimeDefaults,
    TemplateVisibility,
)

__all__ = [
    "AsyncBackgroundCommand",
    "AsyncByteStream",
    "AsyncCommands",
    "AsyncFiles",
    "AsyncSandbox",
    "AsyncSandboxPaginator",
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
    "SandboxQuery",
    "SandboxState",
    "SandboxStatus",
    "SandboxTimeoutAction",
    "Template",
    "TemplateInfo",
    "TemplateRuntimeDefaults",
    "TemplateVisibility",
    "TimeoutError",
    "TransportError",
    "__version__",
]

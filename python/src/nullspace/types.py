"""Every record and enumeration of the SDK."""

from ._models.command import CommandLogs, CommandResult, ProcessInfo
from ._models.file_info import FileInfo
from ._models.metrics import SandboxMetrics
from ._models.sandbox_info import SandboxConfig, SandboxInfo, SandboxQuery
from ._models.state import SandboxListState, SandboxState, SandboxStatus, SandboxTimeoutAction
from ._models.template_info import TemplateInfo, TemplateRuntimeDefaults, TemplateVisibility

__all__ = [
    "CommandLogs",
    "CommandResult",
    "FileInfo",
    "ProcessInfo",
    "SandboxConfig",
    "SandboxInfo",
    "SandboxListState",
    "SandboxMetrics",
    "SandboxQuery",
    "SandboxState",
    "SandboxStatus",
    "SandboxTimeoutAction",
    "TemplateInfo",
    "TemplateRuntimeDefaults",
    "TemplateVisibility",
]

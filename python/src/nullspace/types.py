"""Every record and enumeration of the SDK."""

from ._models.build_check import (
    TemplateBuildContextManifestSummary,
    TemplateBuildPlanResponse,
    TemplateBuildValidationError,
    TemplateBuildValidationResponse,
)
from ._models.build_failure import TemplateFailureDetail
from ._models.build_log import TemplateBuildLogEntry, TemplateBuildStatusSnapshot
from ._models.build_record import TemplateBuildListResponse, TemplateBuildSummary
from ._models.build_states import (
    TemplateBuildBackend,
    TemplateBuildLogKind,
    TemplateBuildLogLevel,
    TemplateBuildSourceType,
    TemplateBuildStatus,
    TemplateFailurePhase,
)
from ._models.command import CommandLogs, CommandResult, ProcessDetail, ProcessInfo
from ._models.denied import DeniedConnection, DeniedConnections
from ._models.file_info import FileInfo
from ._models.forked_sandbox import ForkedSandbox
from ._models.git import GitBranches, GitHttpsAuth, GitStatus
from ._models.lifecycle import (
    LifecycleActorKind,
    LifecycleAudience,
    LifecycleEvent,
    LifecycleEventListResponse,
    LifecycleOperation,
    LifecycleStatus,
)
from ._models.metrics import SandboxMetrics
from ._models.preview import (
    PreviewGrantInfo,
    PreviewProxyTarget,
    PreviewReadiness,
    PreviewUrl,
    RevokePreviewGrantResponse,
    SandboxHostInfo,
)
from ._models.sandbox_info import SandboxConfig, SandboxInfo, SandboxQuery
from ._models.search_match import FileEvent, SearchMatch, UploadUrl
from ._models.snapshot_info import SnapshotInfo, SnapshotKind
from ._models.ssh_access import SshAccess, SshAccessInfo
from ._models.state import SandboxListState, SandboxState, SandboxStatus, SandboxTimeoutAction
from ._models.template_info import TemplateInfo, TemplateRuntimeDefaults, TemplateVisibility
from ._models.template_names import (
    TemplateAliasInfo,
    TemplateNameClaim,
    TemplateNamespaceInfo,
    TemplateNamespaceKind,
    TemplateTagInfo,
)
from ._models.terminal import PtyResult, PtySessionInfo
from ._models.upload import (
    UploadConflictPolicy,
    UploadKind,
    UploadProgress,
    UploadProgressPhase,
    UploadResult,
    UploadSessionInfo,
    UploadSessionStatus,
    UploadTransport,
)
from ._models.warm_pool import (
    TemplateWarmPoolInfo,
    TemplateWarmPoolState,
    TemplateWarmPoolStatusCounts,
    TemplateWarmPoolVersionPolicy,
    WarmPoolCheckoutMode,
    WarmPoolCheckoutResult,
    WarmPoolCheckoutSource,
)
from ._models.webhook import (
    LifecycleWebhookDeliveryAttemptInfo,
    LifecycleWebhookDeliveryDetail,
    LifecycleWebhookDeliveryInfo,
    LifecycleWebhookDeliveryStatus,
    LifecycleWebhookInfo,
)

__all__ = [
    "CommandLogs",
    "CommandResult",
    "DeniedConnection",
    "DeniedConnections",
    "FileEvent",
    "FileInfo",
    "ForkedSandbox",
    "GitBranches",
    "GitHttpsAuth",
    "GitStatus",
    "LifecycleActorKind",
    "LifecycleAudience",
    "LifecycleEvent",
    "LifecycleEventListResponse",
    "LifecycleOperation",
    "LifecycleStatus",
    "LifecycleWebhookDeliveryAttemptInfo",
    "LifecycleWebhookDeliveryDetail",
    "LifecycleWebhookDeliveryInfo",
    "LifecycleWebhookDeliveryStatus",
    "LifecycleWebhookInfo",
    "PreviewGrantInfo",
    "PreviewProxyTarget",
    "PreviewReadiness",
    "PreviewUrl",
    "ProcessDetail",
    "ProcessInfo",
    "PtyResult",
    "PtySessionInfo",
    "RevokePreviewGrantResponse",
    "SandboxConfig",
    "SandboxHostInfo",
    "SandboxInfo",
    "SandboxListState",
    "SandboxMetrics",
    "SandboxQuery",
    "SandboxState",
    "SandboxStatus",
    "SandboxTimeoutAction",
    "SearchMatch",
    "SnapshotInfo",
    "SnapshotKind",
    "SshAccess",
    "SshAccessInfo",
    "TemplateAliasInfo",
    "TemplateBuildBackend",
    "TemplateBuildContextManifestSummary",
    "TemplateBuildListResponse",
    "TemplateBuildLogEntry",
    "TemplateBuildLogKind",
    "TemplateBuildLogLevel",
    "TemplateBuildPlanResponse",
    "TemplateBuildSourceType",
    "TemplateBuildStatus",
    "TemplateBuildStatusSnapshot",
    "TemplateBuildSummary",
    "TemplateBuildValidationError",
    "TemplateBuildValidationResponse",
    "TemplateFailureDetail",
    "TemplateFailurePhase",
    "TemplateInfo",
    "TemplateNameClaim",
    "TemplateNamespaceInfo",
    "TemplateNamespaceKind",
    "TemplateRuntimeDefaults",
    "TemplateTagInfo",
    "TemplateVisibility",
    "TemplateWarmPoolInfo",
    "TemplateWarmPoolState",
    "TemplateWarmPoolStatusCounts",
    "TemplateWarmPoolVersionPolicy",
    "UploadConflictPolicy",
    "UploadKind",
    "UploadProgress",
    "UploadProgressPhase",
    "UploadResult",
    "UploadSessionInfo",
    "UploadSessionStatus",
    "UploadTransport",
    "UploadUrl",
    "WarmPoolCheckoutMode",
    "WarmPoolCheckoutResult",
    "WarmPoolCheckoutSource",
]

export { type ErrorCode, type ErrorCodeEntry, errorCodes } from './errors/codes.ts';
export {
  buildErrorEnvelope,
  type ErrorEnvelope,
  errorEnvelope,
  errorMessage,
  type MessageValues,
} from './errors/envelope.ts';
export { ID_LENGTH, type IdKind, idPrefixes, isIdLike, pathId } from './ids.ts';
export { limits, RESERVED_FOLDER, UNSET_LIVE_TIMEOUT_SECS } from './limits.ts';
export { buildOpenapi } from './openapi.ts';
export { allRoutes, planned, routes } from './routes/index.ts';
export {
  type ImplementedRoute,
  isPlanned,
  type Method,
  type PlannedRoute,
  type Route,
} from './routes/route.ts';
export type { Health } from './routes/server.ts';
export {
  type CreateSandboxBody,
  type CreateSandboxRequest,
  createDefaults,
  createSandboxRequest,
  type SetTimeoutRequest,
} from './schemas/create-sandbox.ts';
export type { DeniedConnection, DeniedConnections } from './schemas/denied-connections.ts';
export type { ExecBody, ExecRequest, ExecResult, ExecStarted } from './schemas/exec.ts';
export {
  type ExecClientFrame,
  type ExecServerFrame,
  execClientFrame,
  execReadFrame,
  execServerFrame,
} from './schemas/exec-frames.ts';
export { type BatchManifest, type BatchResult, batchManifest } from './schemas/file-batch.ts';
export type {
  FindTextRequest,
  ReplaceTextRequest,
  ReplaceTextResult,
  SearchFilesRequest,
  TextMatch,
} from './schemas/file-search.ts';
export type {
  DownloadUrl,
  DownloadUrlRequest,
  UploadUrl,
  UploadUrlRequest,
} from './schemas/file-urls.ts';
export type {
  ExistsResult,
  FileInfo,
  PathRequest,
  PermissionsRequest,
  ReadFileRequest,
  ReadFileResult,
  RenameRequest,
  WriteFileRequest,
} from './schemas/files.ts';
export {
  type AccountLifecycleQuery,
  type LifecycleEvent,
  type LifecycleOperation,
  type LifecyclePage,
  type LifecycleServerFrame,
  type LifecycleStatus,
  lifecycleServerFrame,
  type SubscribeFrame,
  subscribeFrame,
} from './schemas/lifecycle.ts';
export type { ListSandboxesQuery, SandboxPage } from './schemas/list-sandboxes.ts';
export type { MetricsSample } from './schemas/metrics.ts';
export type { NetworkPolicy, SetNetworkRequest } from './schemas/network-policy.ts';
export { isReservedPath } from './schemas/paths.ts';
export type {
  HostInfo,
  HostRequest,
  PortReadiness,
  PreviewGrant,
  PreviewTransport,
  PreviewUrl,
  ProxyTarget,
  ProxyTargetRequest,
  ReadinessRequest,
  SignedPreviewRequest,
} from './schemas/previews.ts';
export {
  type ProcessDetail,
  type ProcessInfo,
  type ProcessLogs,
  type SignalName,
  type SignalRequest,
  type StdinRequest,
  signalNumbers,
} from './schemas/processes.ts';
export {
  type SandboxInfo,
  type SandboxStatus,
  sandboxFields,
  sandboxStatus,
} from './schemas/sandbox-info.ts';
export {
  type CreateSnapshotRequest,
  type ForkRequest,
  type ForkResult,
  type ForkResults,
  type ListSnapshotsQuery,
  type SnapshotDetail,
  type SnapshotInfo,
  type SnapshotKind,
  snapshotFields,
} from './schemas/snapshots.ts';
export type { NewSshAccess, SshAccess, SshAccessRequest } from './schemas/ssh.ts';
export type { PreflightRequest, PreflightResult } from './schemas/templates/blobs.ts';
export type {
  BuildLogEntry,
  BuildLogKind,
  BuildPhase,
  TemplateErrorDetail,
} from './schemas/templates/build-log.ts';
export type {
  BuildPage,
  BuildSource,
  BuildState,
  BuildStatus,
  ListBuildsQuery,
  RetryBuildRequest,
  TemplateBuild,
} from './schemas/templates/build-record.ts';
export {
  type BuildConfig,
  type BuildSecret,
  type ContextEntry,
  type RegistryAuth,
  type TemplateBuildBody,
  type TemplateBuildRequest,
  templateBuildRequest,
} from './schemas/templates/build-request.ts';
export type { BuildStep, CopyItem } from './schemas/templates/build-steps.ts';
export { templateName, templateTag } from './schemas/templates/names.ts';
export type { PlanResult, ValidateResult } from './schemas/templates/plan.ts';
export type {
  OciMetadata,
  Readiness,
  RuntimeConfig,
  RuntimeDefaults,
} from './schemas/templates/runtime-config.ts';
export {
  type Template,
  type TemplateAlias,
  type TemplateClaim,
  type TemplateNamespace,
  type TemplateTagInfo,
  type TemplateVisibility,
  templateFields,
} from './schemas/templates/template.ts';
export {
  type PtyClientFrame,
  type PtyFirstFrame,
  type PtyServerFrame,
  type PtyStartFrame,
  ptyClientFrame,
  ptyFirstFrame,
  ptyServerFrame,
} from './schemas/terminal-frames.ts';
export type { ResizeRequest, Terminal } from './schemas/terminals.ts';
export {
  type TunnelClientFrame,
  type TunnelOpenFrame,
  type TunnelServerFrame,
  tunnelClientFrame,
  tunnelOpenFrame,
} from './schemas/tunnel-frames.ts';
export type {
  CompletedUpload,
  CompleteUploadRequest,
  CreatedUpload,
  CreateUploadBody,
  CreateUploadRequest,
  UploadFailureReason,
  UploadSession,
} from './schemas/uploads.ts';
export type { CheckoutMode, CheckoutResult } from './schemas/warm-pool-checkout.ts';
export type {
  CreateWarmPoolBody,
  CreateWarmPoolRequest,
  UpdateWarmPoolBody,
  UpdateWarmPoolRequest,
  WarmPool,
  WarmPoolCount,
  WarmPoolState,
} from './schemas/warm-pools.ts';
export {
  type FileWatchFrame,
  type FileWatchServerFrame,
  fileWatchFrame,
  fileWatchServerFrame,
} from './schemas/watch-frames.ts';
export type {
  CreateWebhookRequest,
  Delivery,
  DeliveryDetail,
  DeliveryStatus,
  UpdateWebhookRequest,
  Webhook,
} from './schemas/webhooks.ts';

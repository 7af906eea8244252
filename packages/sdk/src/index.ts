export type { CallOptions, ClientOptions } from './client/options.ts';
export { Paginator } from './client/paginator.ts';
export { Commands, type ConnectCommandOptions } from './commands/commands.ts';
export type { CommandLine } from './commands/exec-body.ts';
export { CommandHandle, type WaitOptions } from './commands/handle.ts';
export type {
  CommandLogs,
  CommandOptions,
  CommandOutput,
  CommandResult,
  OutputCallback,
  ProcessDetail,
  ProcessInfo,
  RunOptions,
  Signal,
  StdinData,
} from './commands/types.ts';
export { resolveApiKey, resolveBaseUrl } from './configuration/resolve.ts';
export type { DirectoryDownload, DownloadOptions, DownloadProgress } from './downloads/types.ts';
export { AuthError, PermissionError } from './errors/access.ts';
export { BatchWriteError, type FailedWrite } from './errors/batch-write.ts';
export { BuildError, type BuildFailure } from './errors/build.ts';
export { GitError } from './errors/git.ts';
export { QuotaExceededError, RateLimitError } from './errors/limits.ts';
export { type ErrorFields, SandboxError } from './errors/sandbox-error.ts';
export {
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  NotImplementedError,
  SandboxPausedError,
} from './errors/state.ts';
export { TimeoutError } from './errors/timeout.ts';
export {
  FileUploadError,
  UploadChecksumError,
  UploadConflictError,
  UploadExpiredError,
  type UploadFailure,
  type UploadFailureReason,
  UploadLimitError,
  UploadPathError,
  UploadStateError,
} from './errors/upload.ts';
export { Files } from './files/files.ts';
export type { DownloadUrlOptions } from './files/minted-urls.ts';
export type {
  FileContent,
  FileEvent,
  FileInfo,
  FileOptions,
  ListFilesOptions,
  NewFile,
  TextMatch,
  UploadUrl,
} from './files/types.ts';
export { FileWatch, type WatchOptions } from './files/watch.ts';
export { Git } from './git/git.ts';
export type {
  GitAuth,
  GitBranches,
  GitCloneOptions,
  GitCommitOptions,
  GitConfigOptions,
  GitOptions,
  GitPullOptions,
  GitPushOptions,
  GitStatus,
} from './git/types.ts';
export { Lifecycle } from './lifecycle/lifecycle.ts';
export type { EventScope, ListEventsOptions } from './lifecycle/list.ts';
export type { StreamEventsOptions } from './lifecycle/stream.ts';
export type { LifecycleEvent, LifecycleOperation, LifecycleStatus } from './lifecycle/types.ts';
export type { ForwardPortOptions, PortForward } from './previews/forward-port.ts';
export { Previews, type SignOptions, type WaitForPortOptions } from './previews/previews.ts';
export type {
  PortReadiness,
  PreviewGrant,
  PreviewHost,
  PreviewProxyTarget,
  PreviewTransport,
  PreviewUrl,
} from './previews/types.ts';
export { Pty } from './pty/pty.ts';
export { PtySession } from './pty/session.ts';
export type {
  ConnectPtyOptions,
  CreatePtyOptions,
  PtyInfo,
  PtyResult,
  PtySize,
  WaitPtyOptions,
} from './pty/types.ts';
export type { ConnectOptions } from './sandboxes/connect-options.ts';
export type { CreateOptions } from './sandboxes/create-options.ts';
export type { ForkOptions } from './sandboxes/fork-options.ts';
export type { FieldNames, ListOptions, SandboxQuery } from './sandboxes/list-options.ts';
export { type ForkedSandbox, Sandbox } from './sandboxes/sandbox.ts';
export type { SandboxNetwork } from './sandboxes/sandbox-network.ts';
export type {
  Bandwidth,
  DeniedConnection,
  DeniedConnections,
  NetworkChanges,
  NetworkPolicy,
  SandboxInfo,
  SandboxMetrics,
  SandboxStatus,
  TimeoutAction,
} from './sandboxes/types.ts';
export type { CreateSnapshotOptions } from './snapshots/create.ts';
export type { ListSnapshotsOptions, SnapshotQuery } from './snapshots/list.ts';
export { Snapshot } from './snapshots/snapshot.ts';
export type { SnapshotDetail, SnapshotInfo, SnapshotKind } from './snapshots/types.ts';
export { type CreateSshAccessOptions, Ssh } from './ssh/ssh.ts';
export type { NewSshAccess, SshAccess } from './ssh/types.ts';
export type { FollowBuildOptions, SendBuildOptions } from './templates/builds/start-build.ts';
export {
  type RetryBuildOptions,
  TemplateBuild,
  type WaitForBuildOptions,
} from './templates/builds/template-build.ts';
export type {
  BuildInfo,
  BuildLogEntry,
  BuildPage,
  BuildPlan,
  BuildState,
  BuildStatus,
  ValidationResult,
} from './templates/builds/types.ts';
export type { BuildUploadProgress } from './templates/context/build-upload-progress.ts';
export type { BuildOptions } from './templates/definition/build-options.ts';
export type { ContextOptions } from './templates/definition/definition.ts';
export {
  type ProbePacing,
  type ReadinessProbe,
  waitForFile,
  waitForPort,
  waitForProcess,
  waitForTimeout,
  waitForUrl,
} from './templates/definition/readiness.ts';
export type { RegistryAuth } from './templates/definition/registry-auth.ts';
export type { BuildSecret } from './templates/definition/secrets.ts';
export type { ImageOptions } from './templates/definition/start.ts';
export type { CopyItem, CopyOptions } from './templates/definition/steps.ts';
export { TemplateBuilder } from './templates/definition/template-builder.ts';
export type { ListBuildsOptions } from './templates/list-builds.ts';
export {
  type ListWarmPoolsOptions,
  TemplateWarmPool,
  type WaitForPoolOptions,
} from './templates/pools/template-warm-pool.ts';
export type {
  WarmPoolCheckout,
  WarmPoolInfo,
  WarmPoolMode,
  WarmPoolSettings,
  WarmPoolState,
} from './templates/pools/types.ts';
export { Template } from './templates/template.ts';
export type { TemplateNameClaim, TemplateTag } from './templates/template-names.ts';
export type { TemplateInfo } from './templates/types.ts';
export { type PlannedEntry, planUpload, type UploadPlan } from './uploads/plan-upload.ts';
export type {
  ResumeUploadOptions,
  UploadDirectoryOptions,
  UploadFileOptions,
  UploadProgress,
  UploadResult,
  UploadSourceInput,
} from './uploads/types.ts';
export type {
  DeliveryStatus,
  WebhookAttempt,
  WebhookDelivery,
  WebhookDeliveryDetail,
  WebhookInfo,
} from './webhooks/types.ts';
export { Webhook, type WebhookSettings } from './webhooks/webhook.ts';
export type { WebSocketFactory, WebSocketLike } from './websocket/platform.ts';

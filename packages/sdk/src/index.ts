export type { CallOptions, ClientOptions } from './client/options.ts';
export { Commands, type ConnectCommandOptions } from './commands/commands.ts';
export { CommandHandle, type WaitOptions } from './commands/handle.ts';
export type {
  CommandLogs,
  CommandOptions,
  CommandOutput,
  CommandResult,
  ProcessInfo,
  RunOptions,
} from './commands/types.ts';
export { resolveApiKey, resolveBaseUrl } from './configuration/resolve.ts';
export { AuthError, PermissionError } from './errors/access.ts';
export { BuildError, type BuildFailure } from './errors/build.ts';
export { QuotaExceededError, RateLimitError } from './errors/limits.ts';
export { type ErrorFields, SandboxError } from './errors/sandbox-error.ts';
export {
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  NotImplementedError,
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
export type { FileContent, FileInfo, FileOptions, ListFilesOptions } from './files/types.ts';
export type { ConnectOptions } from './sandboxes/connect-options.ts';
export type { CreateOptions } from './sandboxes/create-options.ts';
export type { FieldNames, ListOptions, SandboxQuery } from './sandboxes/list-options.ts';
export { SandboxPaginator } from './sandboxes/paginator.ts';
export { Sandbox } from './sandboxes/sandbox.ts';
export type {
  NetworkPolicy,
  SandboxInfo,
  SandboxMetrics,
  SandboxStatus,
  TimeoutAction,
} from './sandboxes/types.ts';
export { Template } from './templates/template.ts';
export type { TemplateInfo } from './templates/types.ts';
export type { WebSocketFactory, WebSocketLike } from './websocket/platform.ts';

/** Bounds of the public API that no setting changes. Sizes are bytes unless the name says otherwise. */
export const limits = {
  /** Fewest MiB of memory that a guest can start with. */
  min_memory_mb: 64,
  /** Fewest MiB of a root filesystem. */
  min_disk_mb: 64,
  /** Absolute ceilings; a server's settings are usually lower. */
  ceiling_vcpus: 1024,
  ceiling_memory_mb: 16_777_216,
  ceiling_disk_mb: 1_073_741_824,
  ceiling_timeout_ms: 365 * 24 * 3600 * 1000,
  metadata_bytes: 65_536,
  metadata_keys: 256,
  metadata_depth: 16,
  env_names: 1024,
  env_bytes: 262_144,
  /** One argument or variable, as the kernel bounds them. */
  argument_bytes: 131_072,
  arguments: 4096,
  command_bytes: 131_071,
  path_bytes: 4096,
  /** One name in a path, as the kernel bounds it. */
  name_bytes: 255,
  template_ref_chars: 512,
  /** Of one build: text of its Dockerfile, its steps, entries of its context, one file of it, entries of its log. */
  dockerfile_bytes: 1024 * 1024,
  build_steps: 1000,
  context_entries: 250_000,
  blob_bytes: 16 * 1024 * 1024 * 1024,
  log_offset: 1_000_000_000,
  /** Ready sandboxes of one warm pool, and the longest of its times. */
  pool_ready: 1000,
  pool_seconds: 365 * 24 * 3600,
  idempotency_key_chars: 255,
  exec_timeout_secs: 86_400,
  stdin_bytes: 1_048_576,
  list_limit: 1000,
  list_limit_default: 100,
  /** Lists that are paged by offset. */
  offset: 1_000_000,
  events_limit_default: 50,
  /** Events of the past that a stream without a cursor may begin with. */
  replay_limit: 1000,
  replay_limit_default: 100,
  /** Seconds that a preview grant may last. */
  preview_lifetime_secs: 86_400,
  readiness_timeout_secs: 300,
  /** Bytes of a tunnel to a port that may be under way in one direction. */
  tunnel_window_bytes: 1024 * 1024,
  /** Minutes that an SSH access lasts: unless asked otherwise, and at most. */
  ssh_access_minutes_default: 60,
  ssh_access_minutes: 1440,
  public_key_chars: 8192,
  /** Children of one fork. */
  fork_count: 100,
  directory_depth: 64,
  directory_entries: 100_000,
  /** A pattern to search for, and what replaces it. */
  pattern_chars: 65_536,
  /** Lines that a search of contents answers with. */
  text_matches: 1000,
  /** Files of one replacement. */
  replace_files: 10_000,
  /** Files of one batch write, and what is not content in its request. */
  batch_files: 10_000,
  batch_manifest_bytes: 4 * 1024 * 1024,
  /** How long a minted file URL works. */
  file_url_secs: 900,
  /** One part of an upload, and how many may be sent at the same moment. */
  upload_part_bytes: 8 * 1024 * 1024,
  upload_concurrency: 4,
  /** How long an upload that takes no part is kept. */
  upload_keep_secs: 24 * 3600,
  /** Open uploads of one sandbox. */
  open_uploads: 100,
  watch_timeout_secs: 7 * 24 * 3600,
  /** Columns or rows of a terminal. */
  terminal_side: 1000,
  /** Output of a terminal that a client which joins it gets first. */
  scrollback_bytes: 128 * 1024,
  /** Every JSON body but that of a file write. */
  json_body_bytes: 4 * 1024 * 1024,
  /** Text of one output frame of a live command. */
  frame_bytes: 32_768,
  /** Bounds of what a client may leave unread of its output. */
  smallest_window_bytes: 65_536,
  largest_window_bytes: 16 * 1024 * 1024,
  /** Bytes of each stream that a one-shot command answers with. */
  output_bytes: 16 * 1024 * 1024,
} as const;

/** Folder of the platform inside every sandbox; refused as a working directory. */
export const RESERVED_FOLDER = '/workspace/.nullspace';

/**
 * `timeout_secs` that published clients send with every live command, whether the caller asked for it or not.
 * A live command with exactly this value has no timeout.
 */
export const UNSET_LIVE_TIMEOUT_SECS = 30;

import type { UploadPlan, UploadResult } from 'nullspace';

/** An upload as the CLI prints it in JSON. */
export function uploadRecord(result: UploadResult, sourceKind: string): Record<string, unknown> {
  const { kind, path, bytes, files, transport, resumed, uploadId } = result;
  return {
    source_kind: sourceKind,
    target_path: path,
    transport,
    resumed,
    result: {
      kind: kind === 'directory' ? 'directory_tar' : 'file',
      target_path: path,
      bytes_uploaded: bytes,
      file_count: files,
      transport,
      resumed,
      upload_id: uploadId ?? null,
    },
  };
}

const ofFile = { included_entry_count: null, excluded_entry_count: null, conflict: null, manifest: null };

/** What an upload would do, as the CLI prints it in JSON. */
export function planRecord(plan: UploadPlan, conflict: string | undefined): Record<string, unknown> {
  const { kind, path, transport, bytes, files, entries } = plan;
  const isDirectory = kind === 'directory';
  const included = entries.filter((entry) => entry.included).length;
  const ofDirectory = {
    included_entry_count: included,
    excluded_entry_count: entries.length - included,
    conflict: conflict ?? 'merge',
    manifest: entries.map(({ path: entry, type, included: isIn }) => ({
      path: entry,
      kind: type === 'directory' ? 'dir' : type,
      included: isIn,
      reason: isIn ? 'included' : 'ignored by merged ignore rules',
    })),
  };
  return {
    source_kind: kind,
    target_path: path,
    transport,
    source_kind_detail: isDirectory ? 'directory_archive' : 'restartable_file',
    // How long an archive becomes is known once it is packed.
    content_length: isDirectory ? null : bytes,
    source_bytes: bytes,
    file_count: files,
    // Stdin alone is spooled, and it has no plan.
    spooled: false,
    ...(isDirectory ? ofDirectory : ofFile),
  };
}

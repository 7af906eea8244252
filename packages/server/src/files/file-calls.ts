import { type FileInfo, isReservedPath } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { GuestConnection } from '../guests/connect-guest.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { presentFile } from './present-file.ts';

/** A path in a sandbox, with the rights of an account. */
export interface FileTarget {
  path: string;
  user?: string | null | undefined;
}

type Target = { path: string; user: string };

export function toTarget({ path, user }: FileTarget): Target {
  return { path, user: user?.trim() ?? '' };
}

/** Calls the agent about a path. */
export async function callAboutFile<Result>(
  context: Context,
  address: SandboxAddress,
  {
    answerMs,
    otherPaths,
    patternSyntax,
    ...file
  }: FileTarget & { answerMs?: number; otherPaths?: string[]; patternSyntax?: string },
  run: (guest: GuestConnection, target: Target, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const live = await context.finder.findLive(address);
  const target = toTarget(file);
  return context.guests.call(
    live,
    {
      failure: 'guest_unavailable',
      path: file.path,
      user: target.user,
      ...(answerMs === undefined ? {} : { answerMs }),
      ...(otherPaths && { otherPaths }),
      ...(patternSyntax && { patternSyntax }),
    },
    (guest, signal) => run(guest, target, signal),
  );
}

/** Entries of a directory, sorted by path. The platform's own folder is not shown. */
export function listFiles(
  context: Context,
  address: SandboxAddress,
  { depth = 1, ...file }: FileTarget & { depth?: number | undefined },
): Promise<FileInfo[]> {
  return callAboutFile(context, address, file, async (guest, target, signal) => {
    const { entries } = await guest.listDirectory({ target, depth }, signal);
    const shown = entries.map(presentFile).filter(({ path }) => !isReservedPath(path));
    return shown.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  });
}

/** Describes a path. @throws {ApiError} `file_not_found`. */
export function describeFile(context: Context, address: SandboxAddress, file: FileTarget): Promise<FileInfo> {
  return callAboutFile(context, address, file, async ({ unary }, target, signal) => {
    const { info } = await unary.stat({ target }, { signal });
    if (info) return presentFile(info);
    const values = { sandbox_id: address.sandboxId, path: file.path };
    throw new ApiError('file_not_found', values, { details: values });
  });
}

export function fileExists(context: Context, address: SandboxAddress, file: FileTarget): Promise<boolean> {
  return callAboutFile(
    context,
    address,
    file,
    async ({ unary }, target, signal) => (await unary.stat({ target }, { signal })).info !== undefined,
  );
}

export async function removeFile(context: Context, address: SandboxAddress, file: FileTarget): Promise<void> {
  await callAboutFile(context, address, file, ({ unary }, target, signal) =>
    unary.remove({ target }, { signal }),
  );
}

export function renameFile(
  context: Context,
  address: SandboxAddress,
  { newPath, ...file }: FileTarget & { newPath: string },
): Promise<FileInfo> {
  const about = { ...file, otherPaths: [newPath] };
  return callAboutFile(context, address, about, async ({ unary }, from, signal) =>
    presentFile((await unary.rename({ from, toPath: newPath }, { signal })).info),
  );
}

export function makeDirectory(
  context: Context,
  address: SandboxAddress,
  file: FileTarget,
): Promise<FileInfo> {
  return callAboutFile(context, address, file, async ({ unary }, target, signal) =>
    presentFile((await unary.makeDirectory({ target }, { signal })).info),
  );
}

/** Sets permission bits, written in octal. */
export async function setPermissions(
  context: Context,
  address: SandboxAddress,
  { permissions, ...file }: FileTarget & { permissions: string },
): Promise<void> {
  const mode = Number.parseInt(permissions, 8);
  await callAboutFile(context, address, file, ({ unary }, target, signal) =>
    unary.setPermissions({ target, mode }, { signal }),
  );
}

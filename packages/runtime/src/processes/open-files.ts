import { readdirSync, readlinkSync } from 'node:fs';

export interface OpenFile {
  /** By which the file is reached, also when it has no name any more. */
  path: string;
  /** What it was opened as; a removed one has " (deleted)" behind its name. */
  target: string;
}

/** Files that a process has open; none when it is gone. */
export function listOpenFiles(pid: number): OpenFile[] {
  const folder = `/proc/${pid}/fd`;
  return attempt(() => readdirSync(folder), []).flatMap((name) => {
    const path = `${folder}/${name}`;
    const target = attempt(() => readlinkSync(path), undefined);
    return target === undefined ? [] : [{ path, target }];
  });
}

// Process and descriptor may be gone at any moment.
function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

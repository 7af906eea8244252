import { createHash } from 'node:crypto';
import type { KeptState } from './keeper.ts';

/** Something that the keeper of a sandbox is told to do. */
export type KeeperStep =
  | { op: 'write' | 'append'; path: string; text: string; times: number; mtime: number }
  | { op: 'rename'; path: string; to: string }
  | { op: 'remove'; path: string }
  | { op: 'chmod'; path: string; mode: number }
  | { op: 'chown'; path: string; uid: number; gid: number }
  | { op: 'add'; name: string; by: number }
  | { op: 'spawn'; name: string };

interface ModelFile {
  text: string;
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
}

/** What a keeper must have after the steps that it was told. */
export class KeptModel {
  #files = new Map<string, ModelFile>();
  #counters = new Map<string, number>();
  #children = new Set<string>();

  /** Begins with what another model has now. */
  static copy(other: KeptModel): KeptModel {
    const model = new KeptModel();
    model.#files = new Map([...other.#files].map(([path, file]) => [path, { ...file }]));
    model.#counters = new Map(other.#counters);
    model.#children = new Set(other.#children);
    return model;
  }

  /** Takes a step; false, without a change, when the files do not allow it. */
  take(step: KeeperStep): boolean {
    if (step.op === 'add') {
      this.#counters.set(step.name, (this.#counters.get(step.name) ?? 0) + step.by);
      return true;
    }
    if (step.op === 'spawn') {
      const fresh = !this.#children.has(step.name);
      this.#children.add(step.name);
      return fresh;
    }
    const file = this.#files.get(step.path);
    if (step.op === 'write') {
      // A file that exists keeps its mode and owner.
      const { mode, uid, gid } = file ?? { mode: 0o644, uid: 0, gid: 0 };
      this.#files.set(step.path, { text: step.text.repeat(step.times), mode, uid, gid, mtime: step.mtime });
      return true;
    }
    if (!file) return false;
    if (step.op === 'append')
      Object.assign(file, { text: file.text + step.text.repeat(step.times), mtime: step.mtime });
    if (step.op === 'chmod') file.mode = step.mode;
    // A change of owner takes the set-id bits of a file away; the modes here have none.
    if (step.op === 'chown') Object.assign(file, { uid: step.uid, gid: step.gid });
    if (step.op === 'rename' || step.op === 'remove') this.#files.delete(step.path);
    if (step.op === 'rename') this.#files.set(step.to, file);
    return true;
  }

  /** Takes over what another model has. */
  become(other: KeptModel): void {
    this.#files = other.#files;
    this.#counters = other.#counters;
    this.#children = other.#children;
  }

  /** As the keeper describes it. */
  expected(): Pick<KeptState, 'files' | 'counters' | 'children'> {
    return {
      files: Object.fromEntries([...this.#files].map(([path, file]) => [path, facts(file)])),
      counters: Object.fromEntries(this.#counters),
      children: Object.fromEntries([...this.#children].map((name) => [name, true])),
    };
  }
}

function facts({ text, mode, uid, gid, mtime }: ModelFile): KeptState['files'][string] {
  return { sha256: createHash('sha256').update(text).digest('hex'), mode, uid, gid, mtime: String(mtime) };
}

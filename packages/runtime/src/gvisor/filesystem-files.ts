import { join } from 'node:path';

/** Files of a snapshot of kind "filesystem", as `runsc fscheckpoint` names them: manifest, tree, pages' places, pages. */
export function filesystemSnapshotFiles(folder: string): string[] {
  return ['fscheckpoint.pb', 'multitar.img', 'pages_meta.img', 'pages.img'].map((name) => join(folder, name));
}

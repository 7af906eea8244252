import { globSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** Files of the repository that a glob names, sorted. */
export function findFiles(pattern: string): string[] {
  return globSync(pattern, { cwd: root, exclude: (path) => /(^|\/)node_modules$/.test(path) }).sort();
}

/** Packages that have tests which need nothing but their own sources. */
export function findPackages(): string[] {
  const files = findFiles('packages/*/test/**/!(*.root).test.ts');
  return [...new Set(files.map((file) => file.split('/')[1]!))];
}

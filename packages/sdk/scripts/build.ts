#!/usr/bin/env node
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Makes the folder that is published: JavaScript, declarations, and a package.json with the few dependencies.
 * `node scripts/build.ts [folder]`, by default `dist` of this package. Its path is the last line on stdout.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const target = process.argv[2] ?? join(root, 'dist');

rmSync(target, { recursive: true, force: true });
const compiler = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
);
execFileSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', target], {
  stdio: ['ignore', process.stderr, process.stderr],
});
nameEmittedFiles(target);
removeUnreachableDeclarations(target);
refuseWorkspaceImports(target);
writeFileSync(join(target, 'package.json'), `${JSON.stringify(publishedManifest(), null, 2)}\n`);
copyFileSync(join(root, 'README.md'), join(target, 'README.md'));
copyFileSync(join(root, '..', '..', 'LICENSE'), join(target, 'LICENSE'));
console.log(target);

function publishedManifest(): object {
  const { name, version, description, license, dependencies } = manifest();
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    sideEffects: false,
    engines: { node: '>=22' },
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    types: './index.d.ts',
    dependencies,
  };
}

function manifest(): Record<string, unknown> & { dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}

/** The compiler leaves the endings of imports in declarations as the sources have them. */
function nameEmittedFiles(folder: string): void {
  for (const path of globSync('**/*.d.ts', { cwd: folder })) {
    const text = readFileSync(join(folder, path), 'utf8');
    writeFileSync(join(folder, path), text.replace(/((?:from |import\()'\.[^']+)\.ts'/g, "$1.js'"));
  }
}

/** Declarations of internal files may name types of other packages of this repository; users never see them. */
function removeUnreachableDeclarations(folder: string): void {
  const reachable = new Set<string>();
  const visit = (path: string): void => {
    if (reachable.has(path)) return;
    reachable.add(path);
    for (const [, specifier] of readFileSync(path, 'utf8').matchAll(/(?:from |import\()'(\.[^']+)'/g)) {
      visit(join(dirname(path), specifier!.replace(/\.js$/, '.d.ts')));
    }
  };
  visit(join(folder, 'index.d.ts'));
  for (const path of globSync('**/*.d.ts', { cwd: folder })) {
    if (!reachable.has(join(folder, path))) rmSync(join(folder, path));
  }
}

/** The package stands alone: nothing in it imports anything but its own files and its dependencies. */
function refuseWorkspaceImports(folder: string): void {
  const own = Object.keys(manifest().dependencies).join('|');
  const pattern = new RegExp(`(?:from |import\\()'(?!\\.|(?:${own})(?:/|'))([^']+)'`);
  for (const path of globSync('**/*.{js,d.ts}', { cwd: folder })) {
    const foreign = pattern.exec(readFileSync(join(folder, path), 'utf8'));
    if (foreign) throw new Error(`${path} imports ${foreign[1]}`);
  }
}

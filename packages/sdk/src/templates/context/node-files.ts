import type * as fs from 'node:fs';
import type * as path from 'node:path';
import { nodeModule } from '../../configuration/runtime.ts';
import { InvalidRequestError } from '../../errors/state.ts';

/** What reading a build context needs. */
export interface NodeFiles {
  fs: typeof fs;
  path: typeof path;
}

/** @throws InvalidRequestError where there is no disk to read. */
export function nodeFiles(): NodeFiles {
  const files = nodeModule<typeof fs>('node:fs');
  const paths = nodeModule<typeof path>('node:path');
  if (files && paths) return { fs: files, path: paths };
  throw new InvalidRequestError(
    'Copying files into a template needs Node.js: use git clone or run elsewhere.',
  );
}

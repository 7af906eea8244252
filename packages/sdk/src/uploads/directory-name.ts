import { InvalidRequestError } from '../errors/state.ts';
import { localModules } from './local-file.ts';

/** Name of a local directory, for a destination that is left out. @throws InvalidRequestError when it is none */
export async function directoryName(source: string): Promise<string> {
  const { fs, path } = localModules();
  const stat = await fs.stat(source).catch((cause: Error) => {
    throw new InvalidRequestError(`${source} cannot be read: ${cause.message}`, { cause });
  });
  if (!stat.isDirectory()) throw new InvalidRequestError(`${source} is not a directory.`);
  return path.basename(path.resolve(source));
}

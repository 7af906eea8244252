import { ExpandError } from './expand-error.ts';

/** Refuses what ADD would fetch or unpack. */
export function requireFiles(sources: string[]): void {
  for (const source of sources) {
    if (/^([a-z][a-z0-9+.-]*:\/\/|git@)/i.test(source))
      throw new ExpandError('ADD of an address is not supported; fetch it with RUN');
    if (/\.(tar|tgz|tbz2?|txz|tzst|tar\.\w+)$/i.test(source))
      throw new ExpandError('ADD does not unpack archives; COPY it and unpack it with RUN');
  }
}

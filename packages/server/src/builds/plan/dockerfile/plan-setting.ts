import type { Instruction } from '../instruction.ts';
import { readNameValues } from './name-values.ts';
import { planHealthcheck } from './plan-healthcheck.ts';
import { readFlags } from './read-flags.ts';
import type { InstructionSource } from './read-source.ts';
import { refuseLine } from './refuse-line.ts';
import { readJsonWords, splitWords } from './split-words.ts';

const known = [
  ...['ENV', 'LABEL', 'MAINTAINER', 'WORKDIR', 'USER', 'SHELL', 'EXPOSE', 'VOLUME'],
  ...['CMD', 'ENTRYPOINT', 'HEALTHCHECK'],
];

/** An instruction that sets something for those after it, or says something of the image. */
export function planSetting(source: InstructionSource, index: number): Instruction {
  const { keyword, line, text } = source;
  const common = { line, index, display: `${keyword} ${text}` };
  const told = (labels: Record<string, string>): Instruction => ({
    ...common,
    kind: 'metadata',
    metadata: { labels },
  });
  if (!known.includes(keyword)) refuseLine(line, `${keyword.slice(0, 100)} is not supported`);
  if (keyword !== 'HEALTHCHECK') readFlags(source, []);
  const required = text === '' ? refuseLine(line, `${keyword} needs a value`) : text;
  switch (keyword) {
    case 'ENV':
      return { ...common, kind: 'env', variables: Object.fromEntries(readNameValues(source)) };
    case 'LABEL':
      return told(Object.fromEntries(readNameValues(source)));
    case 'MAINTAINER':
      return told({ maintainer: plain(text) });
    case 'WORKDIR':
      return { ...common, kind: 'workdir', path: required };
    case 'USER':
      return { ...common, kind: 'user', user: required };
    case 'SHELL': {
      const argv = readJsonWords(text) ?? [];
      if (argv.length === 0) refuseLine(line, 'SHELL needs a JSON array');
      return { ...common, kind: 'shell', argv };
    }
    case 'EXPOSE':
      return { ...common, kind: 'metadata', metadata: { exposed_ports: splitWords(required) } };
    case 'VOLUME': {
      const volumes = readJsonWords(text) ?? splitWords(text);
      if (volumes.length === 0) refuseLine(line, 'VOLUME needs a path');
      return { ...common, kind: 'metadata', metadata: { volumes } };
    }
    case 'CMD':
    case 'ENTRYPOINT':
      // What a container would run is told, and started only when it is given as the start command.
      return told({ [`nullspace.${keyword.toLowerCase()}`]: plain(text) });
    case 'HEALTHCHECK':
      return { ...common, kind: 'metadata', metadata: { healthcheck: planHealthcheck(source) } };
    default:
      return refuseLine(line, `${keyword.slice(0, 100)} is not supported`);
  }
}

/** In single quotes, so that nothing of it is expanded. */
function plain(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

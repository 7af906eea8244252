import type { OciMetadata } from '@nullspace/contract';
import * as z from 'zod';

const text = z.string().max(131_072);
const keys = z.record(text, z.unknown()).nullish();

/** What an image says of itself. It comes out of a registry and can be anything. */
const imageConfig = z.object({
  config: z
    .object({
      User: text.nullish(),
      WorkingDir: text.nullish(),
      Env: z.array(text).max(4096).nullish(),
      Labels: z.record(text, text).nullish(),
      ExposedPorts: keys,
      Volumes: keys,
    })
    .nullish(),
});

export interface ImageFacts {
  user: string;
  workdir: string;
  env: Record<string, string>;
  metadata: OciMetadata;
}

/** Reads an image's configuration; what is not as the specification says counts as absent. */
export function readImageConfig(json: string): ImageFacts {
  const { User, WorkingDir, Env, Labels, ExposedPorts, Volumes } = parse(json);
  return {
    user: (User ?? '').split(':')[0]!,
    workdir: WorkingDir?.startsWith('/') ? WorkingDir : '',
    env: Object.fromEntries(
      (Env ?? []).flatMap((line) => {
        const at = line.indexOf('=');
        return at > 0 && !line.includes('\0') ? [[line.slice(0, at), line.slice(at + 1)]] : [];
      }),
    ),
    metadata: {
      ...(Labels ? { labels: Labels } : {}),
      ...(ExposedPorts ? { exposed_ports: Object.keys(ExposedPorts) } : {}),
      ...(Volumes ? { volumes: Object.keys(Volumes) } : {}),
    },
  };
}

function parse(json: string): NonNullable<z.infer<typeof imageConfig>['config']> {
  try {
    return imageConfig.parse(JSON.parse(json)).config ?? {};
  } catch {
    return {};
  }
}

import type { OciMetadata } from '@nullspace/contract';
import * as z from 'zod';
import { mapHealthcheck } from './healthcheck.ts';

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
      Shell: z.array(text).min(1).max(64).nullish(),
      OnBuild: z.array(text).max(256).nullish(),
      Healthcheck: z
        .object({
          Test: z.array(text).max(256).nullish(),
          Interval: z.number().int().nullish(),
          Timeout: z.number().int().nullish(),
          StartPeriod: z.number().int().nullish(),
          Retries: z.number().int().nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

export interface ImageFacts {
  user: string;
  workdir: string;
  env: Record<string, string>;
  /** Of commands of a Dockerfile; undefined: the usual one. */
  shell: string[] | undefined;
  /** Instructions that an image made from it begins with. */
  triggers: string[];
  metadata: OciMetadata;
}

/** Reads an image's configuration; what is not as the specification says counts as absent. */
export function readImageConfig(json: string): ImageFacts {
  const { User, WorkingDir, Env, Labels, ExposedPorts, Volumes, Shell, OnBuild, Healthcheck } = parse(json);
  return {
    user: User ?? '',
    workdir: WorkingDir?.startsWith('/') ? WorkingDir : '',
    env: Object.fromEntries(
      (Env ?? []).flatMap((line) => {
        const at = line.indexOf('=');
        return at > 0 && !line.includes('\0') ? [[line.slice(0, at), line.slice(at + 1)]] : [];
      }),
    ),
    shell: Shell ?? undefined,
    triggers: OnBuild ?? [],
    metadata: {
      ...(Labels ? { labels: Labels } : {}),
      ...(ExposedPorts ? { exposed_ports: Object.keys(ExposedPorts) } : {}),
      ...(Volumes ? { volumes: Object.keys(Volumes) } : {}),
      ...(Healthcheck?.Test ? { healthcheck: mapHealthcheck(Healthcheck) } : {}),
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

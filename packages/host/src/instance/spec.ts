import * as z from 'zod';

/** What an instance was made with, every default filled in. */
export const instanceSpec = z.strictObject({
  image: z.string(),
  vcpus: z.number().int(),
  memory_mb: z.number().int(),
  disk_mb: z.number().int(),
  env: z.record(z.string(), z.string()),
  /** What commands find in their environment before `env`; empty: the host's defaults. */
  image_env: z.record(z.string(), z.string()).default({}),
  cwd: z.string(),
  internet_access: z.boolean(),
  /** Networks in canonical form. */
  allow_out: z.array(z.string()).default([]),
  /** Host names in canonical form. */
  allow_names: z.array(z.string()).default([]),
  deny_out: z.array(z.string()).default([]),
  /** In Mbit/s. 0: no limit, but there may have been one; null: there never was one. */
  upload_mbps: z.number().int().nullable().default(null),
  download_mbps: z.number().int().nullable().default(null),
  process_limit: z.number().int(),
  hostname: z.string(),
});

export type InstanceSpec = Readonly<z.infer<typeof instanceSpec>>;

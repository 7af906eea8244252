import * as z from 'zod';

const port = z.coerce.number().int().min(0).max(65535);
const count = z.coerce.number().int().min(1);
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/**
 * Every setting of host and server. A setting `some_name` is the flag `--some-name`, the environment variable
 * `NULLSPACE_SOME_NAME` and the key `some_name` of the configuration file; the first of them that is there wins.
 */
export const settings = z.strictObject({
  data_dir: z.string().startsWith('/').default('/var/lib/nullspace').describe('Folder of all state.'),
  cache_dir: z
    .string()
    .startsWith('/')
    .default('/var/cache/nullspace')
    .describe('Folder of what can be rebuilt: runsc, the guest agent, built-in images.'),
  host_socket: z
    .string()
    .default('')
    .describe('Unix socket between server and host. Empty: run/host.sock in data_dir.'),
  listen_address: z.string().default('127.0.0.1').describe('Address the public API listens on.'),
  port: port.default(3000).describe('Port of the public API; 0 lets the system choose.'),
  metrics_port: port.default(3001).describe('Port of /metrics on 127.0.0.1; 0 lets the system choose.'),
  public_url: z
    .string()
    .default('')
    .describe('Address under which clients reach the API. Empty: from listen_address and port.'),
  database_url: z.string().default('').describe('PostgreSQL address. Empty: SQLite in data_dir.'),
  service_user: z.string().default('nullspace').describe('Unprivileged account that the server runs as.'),
  guest_range: z.string().default('10.200.0.0/16').describe('Address range of guests, in CIDR form.'),
  nameservers: z
    .string()
    .default('')
    .describe(
      "Resolvers that guests' lookups are forwarded to, separated by commas. Empty: the machine's own.",
    ),
  runsc: z.string().default('').describe('Path of a runsc to use. Empty: the one built from engine/.'),
  runsc_any_version: flag.default(false).describe('Accept a runsc whose version is not the pinned one.'),
  memory_overcommit: z.coerce
    .number()
    .min(0.1)
    .max(16)
    .default(2)
    .describe("Memory that sandboxes may reserve together, as a multiple of the machine's."),
  cpu_overcommit: z.coerce
    .number()
    .min(0.1)
    .max(256)
    .default(16)
    .describe('vCPUs that sandboxes may reserve together, as a multiple of the cores.'),
  max_instances: count.default(1000).describe('Live sandboxes on this host.'),
  start_concurrency: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Sandboxes started at the same moment; 0: one a core.'),
  prepared_slots: z.coerce.number().int().min(0).default(8).describe('Network slots kept ready.'),
  default_disk_mb: count.default(8192).describe('Disk of a sandbox that asks for none, in MiB.'),
  max_vcpus: count.default(32).describe('Most vCPUs of one sandbox.'),
  max_memory_mb: count.default(65536).describe('Most memory of one sandbox, in MiB.'),
  max_disk_mb: count.default(262144).describe('Largest disk of one sandbox, in MiB.'),
  max_timeout_ms: count.default(30 * 24 * 3600 * 1000).describe('Longest time to live, in milliseconds.'),
  tenant_max_sandboxes: count.default(500).describe('Live sandboxes of one tenant.'),
  tenant_max_requests: count.default(256).describe('Requests of one tenant served at the same moment.'),
  max_body_bytes: count.default(64 * 1024 * 1024).describe('Largest JSON body.'),
  cors_origins: z
    .string()
    .default('*')
    .describe('Origins that browsers may call from, separated by commas; * for all.'),
  log_level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
    .describe('Least severe log line written.'),
});

export type Settings = z.infer<typeof settings>;

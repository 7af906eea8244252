import * as z from 'zod';
import {
  addressList,
  decimal,
  network,
  networkList,
  optionalPath,
  optionalUrl,
  toggle,
  wholeNumber,
} from './values.ts';

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
  host_socket: optionalPath()
    .default('')
    .describe('Unix socket between server and host. Empty: run/host.sock in data_dir.'),
  listen_address: z
    .union([z.ipv4(), z.ipv6(), z.literal('localhost')])
    .default('127.0.0.1')
    .describe('Address the public API listens on.'),
  port: wholeNumber(0, 65535).default(3000).describe('Port of the public API; 0 lets the system choose.'),
  metrics_port: wholeNumber(0, 65535)
    .default(3001)
    .describe('Port of /metrics on 127.0.0.1; 0 lets the system choose.'),
  public_url: optionalUrl(['http', 'https'])
    .default('')
    .describe('Address under which clients reach the API. Empty: from listen_address and port.'),
  database_url: optionalUrl(['postgres', 'postgresql'])
    .default('')
    .describe('PostgreSQL address. Empty: SQLite in data_dir.'),
  service_user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be an account name of lower-case letters, digits, _ and -')
    .default('nullspace')
    .describe('Unprivileged account that the server runs as.'),
  guest_range: network(8, 26).default('10.200.0.0/16').describe('Address range of guests, in CIDR form.'),
  nameservers: addressList()
    .default('')
    .describe(
      "Resolvers that guests' lookups are forwarded to, separated by commas. Empty: the machine's own.",
    ),
  runsc: optionalPath().default('').describe('Path of a runsc to use. Empty: the one built from engine/.'),
  runsc_any_version: toggle().default(false).describe('Accept a runsc whose version is not the pinned one.'),
  memory_overcommit: decimal(0.1, 16)
    .default(2)
    .describe("Memory that sandboxes may reserve together, as a multiple of the machine's."),
  cpu_overcommit: decimal(0.1, 256)
    .default(16)
    .describe('vCPUs that sandboxes may reserve together, as a multiple of the cores.'),
  max_instances: wholeNumber(1).default(1000).describe('Live sandboxes on this host.'),
  start_concurrency: wholeNumber(0)
    .default(0)
    .describe('Sandboxes started at the same moment; 0: one a core and one more.'),
  prepared_slots: wholeNumber(0).default(32).describe('Network slots kept ready.'),
  ready_base: wholeNumber(0, 64)
    .default(2)
    .describe(
      'Started sandboxes of the template base in its default size that are kept ready, so that a plain create takes one; 0: none.',
    ),
  pool_memory_share: decimal(0, 1)
    .default(0.5)
    .describe(
      'Most of the memory that sandboxes may reserve together which ready ones may hold, as a share.',
    ),
  default_disk_mb: wholeNumber(1).default(8192).describe('Disk of a sandbox that asks for none, in MiB.'),
  max_vcpus: wholeNumber(1).default(32).describe('Most vCPUs of one sandbox.'),
  max_memory_mb: wholeNumber(1).default(65536).describe('Most memory of one sandbox, in MiB.'),
  max_disk_mb: wholeNumber(1).default(262144).describe('Largest disk of one sandbox, in MiB.'),
  max_upload_mbps: wholeNumber(0, 100_000)
    .default(0)
    .describe(
      'Most that one sandbox may send to the outside, in Mbit/s, also one that asks for no limit; 0: no bound.',
    ),
  max_download_mbps: wholeNumber(0, 100_000)
    .default(0)
    .describe(
      'Most that one sandbox may receive from the outside, in Mbit/s, also one that asks for no limit; 0: no bound.',
    ),
  max_image_mb: wholeNumber(1, 8 * 1024 * 1024)
    .default(32768)
    .describe('Largest root image made of a pulled image or of a build, in MiB.'),
  layer_cache_mb: wholeNumber(0)
    .default(20480)
    .describe('Disk for layers of pulled images, in MiB; those not used for longest go first.'),
  insecure_registries: z
    .string()
    .regex(
      /^$|^[A-Za-z0-9.[\]:_-]+(\s*,\s*[A-Za-z0-9.[\]:_-]+)*$/,
      'must be registries such as localhost:5000 separated by commas',
    )
    .default('')
    .describe(
      'Registries that are spoken to without TLS and may lie at any address, such as localhost:5000, separated by commas.',
    ),
  registry_allow_ranges: networkList()
    .default('')
    .describe(
      'Networks that registries may lie in although they are not public, in CIDR form, separated by commas.',
    ),
  max_timeout_ms: wholeNumber(1)
    .default(30 * 24 * 3600 * 1000)
    .describe('Longest time to live, in milliseconds.'),
  tenant_max_sandboxes: wholeNumber(1).default(500).describe('Live sandboxes of one tenant.'),
  tenant_max_snapshots: wholeNumber(1)
    .default(500)
    .describe('Snapshots of one tenant, those of paused sandboxes included.'),
  tenant_max_ready: wholeNumber(0)
    .default(100)
    .describe(
      'Ready sandboxes that all warm pools of one tenant may have together: the sum of their max_ready.',
    ),
  tenant_max_requests: wholeNumber(1)
    .default(256)
    .describe('Requests of one tenant served at the same moment.'),
  max_builds: wholeNumber(1).default(2).describe('Template builds that run at the same moment.'),
  tenant_max_builds: wholeNumber(1)
    .default(2)
    .describe('Template builds of one tenant that run at the same moment; the others wait.'),
  tenant_max_queued_builds: wholeNumber(1)
    .default(50)
    .describe('Template builds of one tenant that wait or run.'),
  build_timeout_ms: wholeNumber(1000)
    .default(3600 * 1000)
    .describe('Longest time that a template build may run, in milliseconds.'),
  tenant_max_context_mb: wholeNumber(1)
    .default(20_480)
    .describe('Disk that the uploaded build-context files of one tenant may take, in MiB.'),
  build_cache_keep_days: wholeNumber(1, 3650)
    .default(14)
    .describe('Days that unused layers, results and uploaded context files of template builds are kept.'),
  build_cache_max_mb: wholeNumber(1)
    .default(51_200)
    .describe(
      'Disk that layers of template builds may take, in MiB. Beyond it the longest unused go, but none that a running build may need.',
    ),
  template_keep_builds: wholeNumber(0)
    .default(3)
    .describe(
      'Ready builds of a template that are kept besides those that a tag, a warm pool or a sandbox needs, the newest. Older ones lose what they have made.',
    ),
  tenant_max_events: wholeNumber(1)
    .default(200_000)
    .describe('Lifecycle events of one tenant that are kept, the newest.'),
  events_keep_days: wholeNumber(1, 3650).default(30).describe('Days that lifecycle events are kept.'),
  tenant_max_webhooks: wholeNumber(1, 1000).default(20).describe('Webhooks of one tenant.'),
  webhook_allow_ranges: networkList()
    .default('')
    .describe(
      'Networks that webhooks may call although they are not public, in CIDR form, separated by commas.',
    ),
  webhook_max_attempts: wholeNumber(1, 30)
    .default(12)
    .describe('Attempts after which an event that a webhook does not take becomes a dead letter.'),
  webhook_retry_ms: wholeNumber(10)
    .default(5000)
    .describe('Delay after the first failed attempt, in milliseconds; each next one is three times as long.'),
  preview_domain: z
    .string()
    .regex(
      /^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*)?$/,
      'must be a domain name in lower-case letters',
    )
    .default('')
    .describe(
      'Domain below which previews answer, as <port>-<sandbox>.<domain> on preview_port. Empty: each previewed port gets a port of this machine.',
    ),
  preview_address: z
    .union([z.ipv4(), z.ipv6(), z.literal('localhost')])
    .default('127.0.0.1')
    .describe('Address that previews listen on.'),
  preview_port: wholeNumber(0, 65535)
    .default(3002)
    .describe('Port of previews below preview_domain; 0 lets the system choose.'),
  preview_ports: z
    .string()
    .regex(/^(\d{1,5}-\d{1,5})?$/, 'must be a range of ports such as 20000-20999')
    .default('')
    .describe('Ports of this machine that previews take without a preview_domain. Empty: any that is free.'),
  preview_host: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]*$/, 'must be a host name or an address')
    .default('')
    .describe('Name of this machine in the addresses of previews. Empty: preview_address.'),
  preview_public_url: optionalUrl(['http', 'https'])
    .default('')
    .describe(
      'Scheme and port of previews below preview_domain as clients see them, for example https://previews.example.com. Empty: from preview_port.',
    ),
  preview_tls_cert: optionalPath()
    .default('')
    .describe('Certificate chain in PEM form for previews; with preview_tls_key they are served over TLS.'),
  preview_tls_key: optionalPath().default('').describe('Private key in PEM form for previews.'),
  preview_acme: toggle()
    .default(false)
    .describe(
      'Get the certificate of previews, *.<preview_domain>, from a certificate authority by ACME, and renew it. Needs preview_domain, preview_acme_hook and preview_acme_terms_agreed.',
    ),
  preview_acme_directory: optionalUrl(['https'])
    .default('https://acme-v02.api.letsencrypt.org/directory')
    .describe('ACME directory of the certificate authority.'),
  preview_acme_terms_agreed: toggle()
    .default(false)
    .describe('Says that you agree to the terms of the certificate authority, which its directory names.'),
  preview_acme_email: z
    .string()
    .regex(/^([^\s@,]+@[^\s@,]+)?$/, 'must be one mail address')
    .default('')
    .describe('Where the certificate authority may write to. Empty: nowhere.'),
  preview_acme_eab_kid: z
    .string()
    .regex(/^\S*$/, 'must be a key identifier without spaces')
    .default('')
    .describe(
      'Identifier of the key that binds the ACME account to one at the certificate authority, where it asks for that (ZeroSSL, Google). Goes with preview_acme_eab_key_file.',
    ),
  preview_acme_eab_key_file: optionalPath()
    .default('')
    .describe('File with that key as the authority gave it, in base64url.'),
  preview_acme_hook: optionalPath()
    .default('')
    .describe(
      'Program that publishes and removes the TXT record which proves the domain: called with present or cleanup, the name and the value.',
    ),
  preview_acme_hook_timeout_ms: wholeNumber(1000, 3600 * 1000)
    .default(120_000)
    .describe('How long one call of preview_acme_hook may take, in milliseconds.'),
  preview_acme_dns_wait_ms: wholeNumber(0, 3600 * 1000)
    .default(30_000)
    .describe('How long the record is left to spread before it is looked up, in milliseconds.'),
  preview_acme_retry_ms: wholeNumber(100, 24 * 3600 * 1000)
    .default(300_000)
    .describe(
      'Delay after the first failed attempt to get a certificate, in milliseconds; it doubles with each further one, up to six hours.',
    ),
  preview_acme_ca: optionalPath()
    .default('')
    .describe(
      "Root certificates in PEM form that the directory's own certificate is checked against, for a private authority. Empty: those that Node.js brings.",
    ),
  tenant_max_previews: wholeNumber(1)
    .default(200)
    .describe('Ports of sandboxes of one tenant that have an address at the same time.'),
  ssh_enabled: toggle().default(true).describe('Let clients into sandboxes over SSH.'),
  ssh_address: z
    .union([z.ipv4(), z.ipv6(), z.literal('localhost')])
    .default('127.0.0.1')
    .describe('Address that the SSH relay listens on.'),
  ssh_port: wholeNumber(0, 65535)
    .default(3003)
    .describe('Port of the SSH relay; 0 lets the system choose, and so does a port that is taken.'),
  ssh_host: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]*$/, 'must be a host name or an address')
    .default('')
    .describe('Name of this machine for SSH clients. Empty: from ssh_address, or else from public_url.'),
  sandbox_max_ssh_connections: wholeNumber(1)
    .default(20)
    .describe('SSH connections of one sandbox that are open at the same time.'),
  max_body_bytes: wholeNumber(1)
    .default(64 * 1024 * 1024)
    .describe('Largest JSON body.'),
  sandbox_max_staging_mb: wholeNumber(1)
    .default(4096)
    .describe('Bytes that open uploads of one sandbox may have together, and so the largest upload, in MiB.'),
  max_staging_mb: wholeNumber(1)
    .default(16384)
    .describe('Bytes that open uploads of all sandboxes may have together, in MiB.'),
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

/** Name of a setting, as the configuration file spells it. */
export type SettingName = keyof Settings;

/** Names of all settings in the order of the documentation. */
export const settingNames = Object.keys(settings.shape) as SettingName[];

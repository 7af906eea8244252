import { defineCommand } from '../../command.ts';
import { UsageError } from '../../errors/cli-error.ts';
import { bandwidthOptions, readLimits } from '../../input/network.ts';
import { snakeCase } from '../../output/records/snake-case.ts';
import { formatTable } from '../../output/table.ts';
import { jsonOption, sandboxId } from './parameters.ts';

export const command = defineCommand({
  help: 'Changes the policy first, where options say so: each list is replaced as a whole. What was not let through is kept while the sandbox runs.',
  arguments: [sandboxId],
  options: [
    {
      name: 'allow-out',
      description: 'Addresses, networks and host names, separated by commas; "" for none.',
    },
    { name: 'deny-out', description: 'Addresses and networks, separated by commas; "" for none.' },
    { name: 'internet-access', choices: ['on', 'off'], description: 'Off: nothing beyond allow-out.' },
    {
      name: 'public-traffic',
      choices: ['on', 'off'],
      description: 'Off: previews ask for the traffic token, which is shown.',
    },
    ...bandwidthOptions,
    jsonOption,
  ],
  examples: [
    'nullspace sandbox network sb_…',
    'nullspace sandbox network sb_… --allow-out "api.example.com,*.pypi.org" --deny-out ""',
    'nullspace sandbox network sb_… --upload-mbps 10 --download-mbps none',
  ],
  output: 'policy and a table of what was not let through; --json: object of both',
  async run({ values, json, terminal }) {
    const bandwidth = readLimits(values);
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId, { resume: false });
    const changes = {
      ...(values.allowOut !== undefined && { allowOut: readEntries(values.allowOut, '--allow-out') }),
      ...(values.denyOut !== undefined && { denyOut: readEntries(values.denyOut, '--deny-out') }),
      ...(values.publicTraffic !== undefined && { allowPublicTraffic: values.publicTraffic === 'on' }),
      ...(values.internetAccess !== undefined && { internetAccess: values.internetAccess === 'on' }),
      ...(bandwidth && { bandwidth }),
    };
    const changed = Object.keys(changes).length > 0;
    const info = changed ? await sandbox.network.update(changes) : await sandbox.getInfo();
    const denied = await sandbox.network.denied();
    // A secret: shown to whoever has just asked for it.
    const token = values.publicTraffic === 'off' ? info.trafficAccessToken : undefined;
    const policy = {
      internet_access: info.internetAccess ?? true,
      allow_out: info.network?.allowOut ?? [],
      deny_out: info.network?.denyOut ?? [],
      allow_public_traffic: info.network?.allowPublicTraffic ?? true,
      bandwidth: {
        upload_mbps: info.network?.bandwidth?.uploadMbps ?? null,
        download_mbps: info.network?.bandwidth?.downloadMbps ?? null,
      },
    };
    const limit = (mbps: number | null) => (mbps === null ? '-' : `${mbps} Mbit/s`);
    if (json) {
      const items = denied.items.map(({ firstSeenAt, lastSeenAt, ...item }) => ({
        protocol: item.protocol,
        address: item.address ?? null,
        port: item.port ?? null,
        name: item.name ?? null,
        reason: item.reason,
        count: item.count,
        ...snakeCase({
          firstSeenAt: firstSeenAt?.toISOString() ?? null,
          lastSeenAt: lastSeenAt?.toISOString() ?? null,
        }),
      }));
      const secret = token === undefined ? {} : { traffic_access_token: token };
      return terminal.printJson({ policy, ...secret, denied: { total: denied.total, items } });
    }
    terminal.print(`internet access  ${policy.internet_access ? 'on' : 'off'}`);
    terminal.print(`allow out        ${policy.allow_out.join(', ') || '-'}`);
    terminal.print(`deny out         ${policy.deny_out.join(', ') || '-'}`);
    terminal.print(`public traffic   ${policy.allow_public_traffic ? 'on' : 'off'}`);
    if (token !== undefined) terminal.print(`traffic token    ${token}`);
    terminal.print(`upload limit     ${limit(policy.bandwidth.upload_mbps)}`);
    terminal.print(`download limit   ${limit(policy.bandwidth.download_mbps)}`);
    terminal.print(`denied           ${denied.total}`);
    if (denied.items.length === 0) return;
    const rows = denied.items.map((item) => [
      item.lastSeenAt?.toISOString() ?? '',
      item.protocol,
      [item.address ?? '', item.port ?? ''].join(':').replace(/^:$|:$/, ''),
      item.name ?? '',
      item.reason,
      String(item.count),
    ]);
    terminal.print(await formatTable(['Last', 'Protocol', 'Address', 'Name', 'Reason', 'Count'], rows));
  },
});

/** Entries separated by commas; an empty text is an empty list. */
function readEntries(text: string, label: string): string[] {
  if (text.trim() === '') return [];
  const entries = text.split(',').map((entry) => entry.trim());
  if (entries.includes('')) throw new UsageError(`${label} has an empty entry: ${JSON.stringify(text)}.`);
  return entries;
}

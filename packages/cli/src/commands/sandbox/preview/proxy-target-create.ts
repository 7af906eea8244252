import { defineCommand } from '../../../command.ts';
import { readLifetime } from '../../../input/lifetime.ts';
import { readinessRecord, targetRecord } from '../../../output/records/preview.ts';
import { jsonOption } from '../parameters.ts';
import { openAsIs, waitIfAsked } from './open.ts';
import { expiresOption, portOfSandbox, rawOption, waitOptions } from './parameters.ts';

export const command = defineCommand({
  help: 'For a reverse proxy of yours: it forwards to the address and sends the token in the header.',
  arguments: portOfSandbox,
  options: [
    expiresOption,
    {
      name: 'transport',
      multiple: true,
      choices: ['http', 'websocket'],
      description: 'What the proxy may pass on; both without it.',
    },
    jsonOption,
    rawOption,
    ...waitOptions,
  ],
  examples: ['nullspace sandbox preview-proxy-target create sb_… 3000 --expires 2h --json'],
  output: 'lines without tokens; --json: target with tokens',
  async run({ values, json, terminal }) {
    const expiresInSeconds = readLifetime('expires', values.expires);
    const sandbox = await openAsIs(values);
    const transports = values.transport?.length ? values.transport : undefined;
    const target = await sandbox.previews.proxyTarget(values.port, { expiresInSeconds, transports });
    const readiness = await waitIfAsked(sandbox, values);
    if (json) {
      const more = readiness ? { readiness: readinessRecord(readiness) } : {};
      return terminal.printJson({ ...targetRecord(target), ...more });
    }
    terminal.print(`grant    ${target.grant.id}`);
    terminal.print(`header   ${target.tokenHeader}`);
    for (const [name, upstream] of Object.entries({ http: target.http, websocket: target.websocket })) {
      if (upstream) terminal.print(`${name}  ${upstream.url}  ${values.raw ? upstream.token : '<redacted>'}`);
    }
    terminal.print(`expires  ${target.expiresAt?.toISOString() ?? ''}`);
  },
});

import { defineCommand } from '../command.ts';
import { up } from '../services/up.ts';
import { installationOf } from './installation-of.ts';

export const command = defineCommand({
  help:
    'Starts host (root) and server (unprivileged account) in the background and waits until they serve. Services that\n' +
    'run with the same code and settings are left alone; others are restarted, and sandboxes live on. Every setting\n' +
    'is an option too, for example --port, --data-dir, --guest-range; "nullspace config" lists them.',
  passthrough: 'settings',
  examples: ['nullspace up', 'nullspace up --port 8080 --data-dir /srv/nullspace'],
  output: 'one line a service; --json: {services, url, metrics_url, client_configuration}',
  async run(call) {
    const { json, terminal } = call;
    const began = performance.now();
    const result = await up(installationOf(call), {
      onService: ({ name, outcome, record }) => {
        if (!json) terminal.print(`${name} ${outcome} (process ${record.pid}, log ${record.logFile})`);
      },
    });
    const { url, metricsUrl, client } = result;
    if (json) {
      terminal.printJson({
        services: result.services.map(({ name, outcome, record }) => ({
          name,
          outcome,
          pid: record.pid,
          log_file: record.logFile,
        })),
        url,
        metrics_url: metricsUrl,
        client_configuration: { file: client.file, outcome: client.outcome },
      });
      return;
    }
    if (result.services.every(({ outcome }) => outcome === 'running')) {
      terminal.print('Everything runs already with this code and these settings.');
    }
    terminal.print(`API at ${url} after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    if (client.outcome === 'written') terminal.print(`Client configuration written to ${client.file}`);
    if (client.outcome === 'other') {
      terminal.print(`${client.file} is for ${client.baseUrl} and was left alone.`);
      terminal.print(
        `For this server set NULLSPACE_API_URL=${url} and NULLSPACE_API_KEY to a key of "nullspace keys create".`,
      );
    }
  },
});

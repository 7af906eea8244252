import { defineCommand } from '../command.ts';
import { formatTable } from '../output/table.ts';
import { serviceStatus } from '../services/status.ts';
import { installationOf } from './installation-of.ts';

export const command = defineCommand({
  help: 'Exits with 1 unless both services run.',
  passthrough: 'settings',
  examples: ['nullspace status', 'nullspace status --data-dir /srv/nullspace --json'],
  output: 'table; --json: array of services',
  async run(call) {
    const { json, terminal } = call;
    const services = serviceStatus(installationOf(call));
    if (json) {
      terminal.printJson(services);
    } else {
      const rows = services.map((service) => [
        service.name,
        service.state,
        String(service.pid ?? ''),
        service.started_at ?? '',
        service.resident_bytes ? `${Math.round(service.resident_bytes / 1024 ** 2)} MiB` : '',
        service.url ?? '',
        service.log_file ?? '',
      ]);
      terminal.print(
        await formatTable(['Service', 'State', 'Process', 'Since', 'Memory', 'Address', 'Log'], rows),
      );
      const certificate = services.find((service) => service.certificate)?.certificate;
      if (certificate) terminal.print(`\nCertificate of previews: ${certificate.message}`);
    }
    return services.every(({ state }) => state === 'running') ? 0 : 1;
  },
});

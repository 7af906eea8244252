import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { Sandbox } from 'nullspace';
import { alternate, type Bench, time } from '../lib/bench.ts';
import type { Context } from '../lib/context.ts';
import type { Measurement } from '../lib/measurement.ts';
import { spread } from '../lib/spread.ts';

const connections = 32;
const requests = 4000;
const downloadMb = 256;

export const bench: Bench = {
  name: 'preview',
  about: 'requests, rate, download and waking through a preview',
  async run(context) {
    const sandbox = await Sandbox.create({ ...context.connection, timeout: 3600 });
    try {
      await serve(sandbox);
      const preview = await sandbox.getHost(3000);
      const address = (await sandbox.commands.run('hostname -I', { shell: true })).stdout
        .trim()
        .split(' ')[0]!;
      const straight = `${address}:3000`;
      return [
        await measureRequests(context, { preview, straight }),
        await measureRate({ preview, straight }),
        await measureDownload({ preview, straight }),
        await measureWaking(context),
      ];
    } finally {
      await sandbox.kill();
    }
  },
};

interface Addresses {
  preview: string;
  straight: string;
}

async function serve(sandbox: Sandbox): Promise<void> {
  const service = readFileSync(new URL('../../test/guest/web-service.mjs', import.meta.url));
  await sandbox.files.write('/srv/web-service.mjs', service);
  await sandbox.commands.run('node', { args: ['/srv/web-service.mjs', '3000'], background: true });
  await sandbox.previews.waitFor(3000);
}

async function measureRequests({ rounds }: Context, { preview, straight }: Addresses): Promise<Measurement> {
  using ours = new Client(preview, 1);
  using theirs = new Client(straight, 1);
  const samples = await alternate(rounds * 10, {
    preview: () => time(() => ours.get('/hints')),
    straight: () => time(() => theirs.get('/hints')),
  });
  return {
    metric: 'small request through a preview',
    unit: 'ms',
    samples: samples.preview!,
    baseline: { name: 'straight to the guest', samples: samples.straight! },
    target: { text: '≤ straight + 1.5 ms', of: 'p50 over baseline', at: 'most', bound: 1.5 },
  };
}

async function measureRate({ preview, straight }: Addresses): Promise<Measurement> {
  const [host, port] = straight.split(':') as [string, string];
  const script = new URL('../lib/plain-proxy.mjs', import.meta.url).pathname;
  const plain = spawn(process.execPath, [script, host, port], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const plainPort = String((await once(plain.stdout!, 'data'))[0]).trim();
    using ours = new Client(preview, connections);
    using theirs = new Client(`127.0.0.1:${plainPort}`, connections);
    const rate = async (client: Client) => {
      const taken = await time(() =>
        spread({ count: requests, atOnce: connections }, () => client.get('/hints')),
      );
      return (requests * 1000) / taken;
    };
    const samples = await alternate(3, { ours: () => rate(ours), plain: () => rate(theirs) });
    return {
      metric: `requests a second, ${connections} connections`,
      unit: '1/s',
      samples: samples.ours!,
      baseline: { name: 'plain Node proxy', samples: samples.plain! },
      target: { text: '≥ 0.6 × a plain Node proxy', of: 'ratio', at: 'least', bound: 0.6 },
    };
  } finally {
    plain.kill('SIGKILL');
    await once(plain, 'exit');
  }
}

async function measureDownload({ preview, straight }: Addresses): Promise<Measurement> {
  const rate = async (address: string) => {
    using client = new Client(address, 1);
    const taken = await time(() => client.get(`/zeros?mb=${downloadMb}`));
    return (downloadMb * 1000) / taken;
  };
  const samples = await alternate(10, { ours: () => rate(preview), straight: () => rate(straight) });
  return {
    metric: `download of ${downloadMb} MiB through a preview`,
    unit: 'MiB/s',
    samples: samples.ours!,
    baseline: { name: 'straight out of the guest', samples: samples.straight! },
    target: { text: '≥ 0.6 × straight', of: 'ratio', at: 'least', bound: 0.6 },
  };
}

async function measureWaking({ connection, rounds }: Context): Promise<Measurement> {
  const first = await Sandbox.create({ ...connection, timeout: 3600, autoResume: true });
  await serve(first);
  const host = await first.getHost(3000);
  let sandbox = first;
  const samples = await alternate(Math.min(rounds, 10), {
    request: async () => {
      await sandbox.hibernate();
      using client = new Client(host, 1);
      const taken = await time(() => client.get('/hints'));
      sandbox = await Sandbox.connect(sandbox.id, connection);
      return taken;
    },
    command: async () => {
      await sandbox.hibernate();
      return await time(async () => {
        sandbox = await Sandbox.connect(sandbox.id, connection);
        await sandbox.commands.run('echo', { args: ['ready'] });
      });
    },
  });
  await sandbox.kill();
  return {
    metric: 'first request to a paused sandbox',
    unit: 'ms',
    samples: samples.request!,
    baseline: { name: 'resume to the first command', samples: samples.command! },
    target: { text: '≤ 1.3 × resume to first command', of: 'ratio', at: 'most', bound: 1.3 },
  };
}

/** Asks over connections that are kept alive. */
class Client implements Disposable {
  readonly #agent: Agent;
  readonly #address: string;

  constructor(address: string, maxSockets: number) {
    this.#address = address;
    this.#agent = new Agent({ keepAlive: true, maxSockets });
  }

  async get(path: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const asking = request(`http://${this.#address}${path}`, { agent: this.#agent });
      asking.on('response', (answer) => {
        answer.on('end', resolve);
        answer.on('error', reject);
        answer.resume();
        if (answer.statusCode !== 200) reject(new Error(`${path} answered ${answer.statusCode}`));
      });
      asking.on('error', reject);
      asking.end();
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sandbox } from 'nullspace';
import { addressSpacesOf } from '../lib/address-spaces.ts';
import type { Bench } from '../lib/bench.ts';

/** Times the agent's own program beside the one that serves the guest, from the call that starts it to an answer. */
const starts = `
import socket, subprocess, time
env = {"NULLSPACE_AGENT_TOKEN": "bench", "NULLSPACE_AGENT_LISTEN": "127.0.0.1:45998"}
for _ in range(ROUNDS):
    began = time.perf_counter()
    agent = subprocess.Popen(["/.nullspace/agent"], env=env)
    while True:
        try:
            with socket.create_connection(("127.0.0.1", 45998)) as connection:
                connection.sendall(b"GET / HTTP/1.1\\r\\nHost: agent\\r\\n\\r\\n")
                if connection.recv(1):
                    break
        except ConnectionRefusedError:
            time.sleep(0.0005)
    print((time.perf_counter() - began) * 1000)
    agent.kill()
    agent.wait()
`;

export const bench: Bench = {
  name: 'agent',
  about: 'memory of the agent in idle sandboxes, and its start inside a guest',
  async run({ connection, installation, rounds }) {
    const sandboxes = [];
    for (let number = 0; number < 5; number++) sandboxes.push(await Sandbox.create(connection));
    await sleep(5000);
    const agents = sandboxes.map((sandbox) => memoryOfAgent(addressSpacesOf(installation, sandbox.id)));
    const [sandbox] = sandboxes;
    const script = starts.replace('ROUNDS', String(rounds));
    const { stdout, stderr } = await sandbox!.commands.run(['python3', '-c', script], { timeoutSecs: 120 });
    const startMs = stdout.trim().split('\n').map(Number);
    if (startMs.length !== rounds || startMs.some(Number.isNaN)) throw new Error(stderr);
    for (const each of sandboxes) await each.kill();
    return [
      {
        metric: 'resident when idle, with its share of the program',
        unit: 'MB',
        samples: agents.map(({ pssMb }) => pssMb),
        target: { text: '≤ 10 MB', of: 'p50', at: 'most', bound: 10 },
      },
      {
        metric: 'the same with all of the program',
        unit: 'MB',
        samples: agents.map(({ rssMb }) => rssMb),
      },
      {
        metric: 'from its start to its first answer',
        unit: 'ms',
        samples: startMs,
        target: { text: '≤ 30 ms', of: 'p50', at: 'most', bound: 30 },
      },
    ];
  },
};

/** Memory of the guest's first process. gVisor runs it in an address space of its own, into which its program is mapped. */
function memoryOfAgent(spaces: number[]): { pssMb: number; rssMb: number } {
  const [agent] = spaces
    .map((pid) => readFileSync(`/proc/${pid}/smaps`, 'utf8'))
    .sort((a, b) => kilobytesOfProgram(b) - kilobytesOfProgram(a));
  const total = (field: string) =>
    [...agent!.matchAll(new RegExp(`^${field}:\\s+(\\d+) kB`, 'gm'))].reduce(
      (sum, [, size]) => sum + Number(size),
      0,
    );
  return { pssMb: total('Pss') / 1024, rssMb: total('Rss') / 1024 };
}

function kilobytesOfProgram(smaps: string): number {
  return [...smaps.matchAll(/\/agent\nSize:.*\n(?:.*\n){2}Rss:\s+(\d+) kB/g)].reduce(
    (sum, [, size]) => sum + Number(size),
    0,
  );
}

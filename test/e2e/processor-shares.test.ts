import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { it } from 'node:test';
import { Sandbox } from 'nullspace';
import { startInstallation } from '../harness/installation.ts';
import { until } from '../harness/until.ts';

const [major = 0, minor = 0] = release().split('.').map(Number);
/** Kernels before that keep slices of their own. */
const hasSlices = major > 6 || (major === 6 && minor >= 12);

/** The control group of a process that shares out processors. */
function groupOf(pid: number): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const line = lines.find((each) => /^\d+:(\w+,)*cpu(,\w+)*:/.test(each)) ?? lines[0]!;
  return line.split(':')[2]!;
}

const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

/** How long each task of a process may compute before others get their turn, in milliseconds. */
function slicesOf(pid: number): number[] {
  const said = execFileSync('python3', ['-c', readSlices, ...readdirSync(`/proc/${pid}/task`)]).toString();
  return said
    .trim()
    .split('\n')
    .map((line) => Number(line) / 1e6);
}

const readSlices = `
import ctypes, struct, sys
for task in sys.argv[1:]:
    answer = ctypes.create_string_buffer(56)
    ctypes.CDLL(None).syscall(315, int(task), answer, 56, 0)
    print(struct.unpack('IIQiIQ', answer.raw[:32])[5])
`;

it('lets host and server go before sandboxes, and not what works for guests', async (context) => {
  const installation = await startInstallation(context);
  const { host, server } = installation;
  const own = /^\/nullspace-\w+-services$/;
  await until(() => own.test(groupOf(server.pid)), 'the server is weighed');
  assert.match(groupOf(host.pid), own);
  assert.equal(groupOf(host.pid), groupOf(server.pid));
  const programOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]!;
  const runs = (name: string) => childrenOf(host.pid).filter((pid) => programOf(pid).endsWith(`/${name}`));
  const [egress, filter] = [runs('egress'), runs('filter')];
  assert.equal(egress.length, 1);
  assert.equal(filter.length, 1);
  assert.match(groupOf(filter[0]!), own);
  await until(() => !own.test(groupOf(egress[0]!)), 'the egress program is not');

  await using _sandbox = await Sandbox.create(installation.connection);
  const engines = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isSandboxOf(pid, installation.dataDir));
  assert.ok(engines.length > 0);
  for (const pid of engines) {
    assert.match(groupOf(pid), /^\/nullspace-\w+\/\w+/);
    if (hasSlices) assert.deepEqual([...new Set(slicesOf(pid))], [0.5]);
  }
});

function isSandboxOf(pid: number, dataDir: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.includes('boot') && words.some((word) => word.includes(dataDir));
  } catch {
    return false;
  }
}

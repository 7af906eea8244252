import { fail, type Probe, pass } from './probe.ts';

/** Whether the base template is there, and with `create` whether a sandbox of it runs a command. */
export async function probeSandboxes(options: {
  baseUrl: string;
  apiKey: string;
  create: boolean;
}): Promise<Probe[]> {
  const { create, ...client } = options;
  const { Sandbox, Template } = await import('nullspace');
  const probes: Probe[] = [];
  try {
    const found = (await Template.list(client)).some(({ name }) => name === 'base');
    if (!found) return [fail('template', 'the template base is missing', 'Install it: script/up')];
    probes.push(pass('template', 'the template base is there'));
    if (!create) return probes;
    const began = performance.now();
    await using sandbox = await Sandbox.create({ ...client, template: 'base', timeout: 60 });
    const { stdout, exitCode } = await sandbox.commands.run('echo ready', { shell: true });
    if (exitCode !== 0 || stdout !== 'ready\n') throw new Error(`its command ended with ${exitCode}`);
    const milliseconds = Math.round(performance.now() - began);
    return [...probes, pass('sandbox', `a sandbox ran a command after ${milliseconds} ms`, { milliseconds })];
  } catch (error) {
    const { message, suggestedAction } = error as { message: string; suggestedAction?: string };
    const name = probes.length === 0 ? 'template' : 'sandbox';
    return [...probes, fail(name, message, suggestedAction ?? 'Read the logs of server and host.')];
  }
}

import { probeKey } from '../client-configuration/probe.ts';
import { fail, type Probe, pass, warn } from './probe.ts';

/** What the API at this address says, and to this key. Later probes need the earlier ones. */
export async function probeApi(options: {
  baseUrl: string;
  apiKey: string | undefined;
  local: boolean;
}): Promise<Probe[]> {
  const { baseUrl, apiKey, local } = options;
  const probes = [
    apiKey
      ? pass('api_key', 'an API key is configured')
      : fail('api_key', 'no API key is configured', 'Set NULLSPACE_API_KEY, or run "nullspace auth login".'),
  ];
  const reachability = await probeReachability(baseUrl, local);
  probes.push(reachability);
  if (!apiKey || reachability.status === 'fail') return probes;
  const state = await probeKey(baseUrl, apiKey);
  const make = local ? 'Make one: nullspace keys create' : 'Ask the operator for a new one.';
  if (state === 'works') probes.push(pass('key_validity', 'the server takes the API key'));
  else if (state === 'refused') probes.push(fail('key_validity', 'the server refuses the API key', make));
  else probes.push(fail('key_validity', 'the server did not answer as it should', 'Read its log.'));
  return probes;
}

/** There is no such thing as an account's standing on a server of one's own. */
export function probeAccount(): Probe {
  return warn('account_state', 'the server keeps no account state');
}

async function probeReachability(baseUrl: string, local: boolean): Promise<Probe> {
  const name = 'api_reachability';
  const fix = local ? 'Start it: nullspace up' : 'Check NULLSPACE_API_URL and the network.';
  try {
    const response = await fetch(`${baseUrl}/healthz`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(5000),
    });
    await response.body?.cancel();
    if (response.status < 500) return pass(name, `${baseUrl} answers`, { status: response.status });
    return fail(name, `${baseUrl} answers with status ${response.status}`, 'Read the log of the server.');
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).message;
    return fail(name, `${baseUrl} does not answer: ${cause}`, fix);
  }
}

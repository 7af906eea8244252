import type { Settings } from './settings.ts';

/**
 * Address under which clients reach the API, without a trailing slash.
 *
 * @param port Port that the system chose, when the setting is 0.
 */
export function publicUrl(
  settings: Pick<Settings, 'public_url' | 'listen_address' | 'port'>,
  port: number = settings.port,
): string {
  if (settings.public_url) return settings.public_url.replace(/\/+$/, '');
  return localUrl(settings, port);
}

/** Address under which this machine itself reaches the API. */
export function localUrl(
  settings: Pick<Settings, 'listen_address' | 'port'>,
  port: number = settings.port,
): string {
  const { listen_address: address } = settings;
  const everywhere: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };
  const host = everywhere[address] ?? (address.includes(':') ? `[${address}]` : address);
  return `http://${host}:${port}`;
}

/** Address of the operators' metrics on this machine. */
export function metricsUrl(
  settings: Pick<Settings, 'metrics_port'>,
  port: number = settings.metrics_port,
): string {
  return `http://127.0.0.1:${port}/metrics`;
}

import type { HostContext } from '../context.ts';

/** Lets one of the product's services go before instances when cores are short. */
export async function weighAsService({ services, log }: HostContext, pid: number): Promise<void> {
  try {
    await services?.join(pid);
  } catch (error) {
    log.warn({ err: error, pid }, 'a service has no more weight than other processes');
  }
}

/** Gives what a service has started, and what computes for long, the weight of any other process. */
export function weighAsWork({ services, log }: HostContext, pid: number | undefined): void {
  if (pid === undefined) return;
  services?.leave(pid).catch((error: unknown) => {
    log.debug({ err: error, pid }, 'a piece of work has the weight of a service, or has ended');
  });
}

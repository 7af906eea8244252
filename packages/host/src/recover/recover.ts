import { join } from 'node:path';
import type { HostContext } from '../context.ts';
import { finish } from '../end/finish.ts';
import { inParallel } from '../in-parallel.ts';
import { type End, type InstanceRecord, isFinal } from '../instance/record.ts';
import { TrackedInstance } from '../instance/tracked-instance.ts';
import { adopt } from './adopt.ts';
import { readRecords } from './read-records.ts';
import { resumeCleaning } from './resume-cleaning.ts';

const adoptAtOnce = 8;

/**
 * Takes over what an earlier process left: running instances go on, everything else ends with a reason and is
 * removed, and nothing stays on the machine that no record knows.
 *
 * @throws {Error} When a journal was written by a later version; nothing is changed then.
 */
export async function recover(host: HostContext): Promise<void> {
  const records = await readRecords(host);
  const listed = await host.engine.list();
  const alive = new Set(listed.filter(({ running }) => running).map(({ id }) => id));
  const kept = new Map<string, InstanceRecord>();
  for (const record of records) {
    if (record.state === 'running' && record.slot !== null && alive.has(record.instance_id)) {
      kept.set(record.instance_id, record);
    }
  }
  await attempt(host, 'engine', host.engine.clean(new Set(kept.keys())));
  // Without instances the network goes whole and is made anew; else what belongs to none of them goes.
  if (kept.size === 0) await attempt(host, 'network', host.createNetwork().clean(new Set()));
  await host.network.setUp();
  const instances = records.map((record) => track(host, record));
  const running = instances.filter(({ id }) => kept.has(id));
  await inParallel(running, adoptAtOnce, (instance) => adopt(host, instance));
  if (kept.size > 0) await attempt(host, 'network', host.network.clean(slotsOf(instances)));
  const ends: Promise<void>[] = [];
  for (const instance of instances) {
    if (kept.has(instance.id)) continue;
    if (isFinal(instance.record)) resumeCleaning(host, instance);
    else ends.push(finish(host, instance, describeLoss(host, instance.record)));
  }
  // The first answer of this host tells of every end.
  await Promise.all(ends);
  host.log.info({ instances: records.length, running: kept.size }, 'journals read');
}

/** What cannot be removed now does not hold up the start. */
async function attempt(host: HostContext, what: string, sweep: Promise<void>): Promise<void> {
  await sweep.catch((error) => host.log.error({ what, err: error }, 'sweeping failed'));
}

function slotsOf(instances: readonly TrackedInstance[]): Set<number> {
  return new Set(instances.flatMap(({ slot }) => slot?.index ?? []));
}

function track(host: HostContext, record: InstanceRecord): TrackedInstance {
  const instance = new TrackedInstance(record, join(host.paths.instancesDir, record.instance_id));
  instance.published = record;
  host.registry.add(instance);
  return instance;
}

function describeLoss(host: HostContext, record: InstanceRecord): End {
  if (record.boot_id !== host.machine.bootId) {
    return { state: 'error', reason: 'host_lost', message: 'the machine was restarted' };
  }
  if (record.state === 'creating') {
    return { state: 'error', reason: 'host_lost', message: 'the host was restarted while it was created' };
  }
  return { state: 'error', reason: 'guest_crash', message: 'it ended while the host was away' };
}

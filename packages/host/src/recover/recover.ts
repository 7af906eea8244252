import { join } from 'node:path';
import type { HostContext } from '../context.ts';
import { setDeadlineTimer } from '../deadline/deadline-timer.ts';
import { removeUnfinished } from '../images/install.ts';
import { removePartialLayers } from '../imports/layers.ts';
import { inParallel } from '../in-parallel.ts';
import { type InstanceRecord, isFinal } from '../instance/record.ts';
import { TrackedInstance } from '../instance/tracked-instance.ts';
import { adopt } from './adopt.ts';
import { checkPaused, endLost } from './end-lost.ts';
import { readRecords } from './read-records.ts';
import { recoverSnapshots } from './recover-snapshots.ts';
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
  const unfinished = await host.snapshots.load();
  const listed = await host.engine.list();
  const alive = new Set(listed.filter(({ running }) => running).map(({ id }) => id));
  const kept = new Map<string, InstanceRecord>();
  for (const record of records) {
    // What waited in a pool is of the engine and agent of the earlier process: pools are filled anew.
    if (!record.sandbox_id) continue;
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
  // The first answer of this host tells of every end.
  const ends: Promise<void>[] = [];
  for (const instance of instances) {
    if (kept.has(instance.id)) continue;
    if (instance.record.state === 'paused') ends.push(checkPaused(host, instance));
    else if (isFinal(instance.record)) resumeCleaning(host, instance);
    else ends.push(endLost(host, instance));
  }
  await Promise.all(ends);
  await recoverSnapshots(host, unfinished);
  await attempt(host, 'images', removeUnfinished(host.paths.imagesDir));
  await attempt(host, 'layers', removePartialLayers(host.paths.layersDir));
  // A pause whose time has come meanwhile begins when nothing of an earlier one is left.
  for (const instance of running) setDeadlineTimer(host, instance);
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

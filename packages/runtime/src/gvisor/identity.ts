import { run } from '../processes/run.ts';
import type { EngineIdentity } from '../snapshots/check-fit.ts';
import { buildWithDisk } from './saved-disk.ts';

/** Reads what runsc and this machine's processor are, for the manifests of snapshots. Each is asked once. */
export function createIdentityReader(
  runsc: string,
  ask: { version: () => Promise<string>; keepsDisks: () => Promise<boolean> },
): () => Promise<EngineIdentity> {
  let features: Promise<string> | undefined;
  return async () => {
    features ??= run(runsc, ['cpu-features']);
    try {
      const [engineBuild, list, keepsDisks] = await Promise.all([ask.version(), features, ask.keepsDisks()]);
      return {
        engine: 'gvisor',
        engineBuild,
        alsoReads: keepsDisks ? [buildWithDisk(engineBuild)] : [],
        cpuFeatures: list.trim().split(','),
      };
    } catch (error) {
      features = undefined;
      throw error;
    }
  };
}

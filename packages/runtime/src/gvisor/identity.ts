import { run } from '../processes/run.ts';
import type { EngineIdentity } from '../snapshots/check-fit.ts';

/** Reads what runsc and this machine's processor are, for the manifests of snapshots. Each is asked once. */
export function createIdentityReader(
  runsc: string,
  version: () => Promise<string>,
): () => Promise<EngineIdentity> {
  let features: Promise<string> | undefined;
  return async () => {
    features ??= run(runsc, ['cpu-features']);
    try {
      const [engineBuild, list] = await Promise.all([version(), features]);
      return { engine: 'gvisor', engineBuild, cpuFeatures: list.trim().split(',') };
    } catch (error) {
      features = undefined;
      throw error;
    }
  };
}

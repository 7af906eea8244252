import type { Limits, RestoreRequest, SnapshotManifest } from '../engine.ts';
import { SnapshotError, type SnapshotErrorCode } from '../errors.ts';

/** What this engine and machine are, as a manifest names it. */
export interface EngineIdentity {
  engine: string;
  engineBuild: string;
  /** Builds that it is not, but whose snapshots it reads. @default none */
  alsoReads?: readonly string[];
  /** Features that this machine's processor can show to a guest. */
  cpuFeatures: readonly string[];
}

/**
 * Refuses a snapshot that cannot run here, naming what differs.
 *
 * @throws {SnapshotError} `rebuild_required` or `incompatible_snapshot`
 */
export function checkFit(manifest: SnapshotManifest, here: EngineIdentity, request: RestoreRequest): void {
  const { engine, engineBuild, imageDigest, limits, kind } = manifest;
  if (engine !== here.engine) {
    throw unfit('rebuild_required', 'engine', `was made by the engine ${engine}, and this is ${here.engine}`);
  }
  if (engineBuild !== here.engineBuild && !here.alsoReads?.includes(engineBuild)) {
    throw unfit(
      'rebuild_required',
      'engine_build',
      `was made by the build ${engineBuild}, and this is ${here.engineBuild}`,
    );
  }
  const missing = manifest.cpuFeatures.filter((feature) => !here.cpuFeatures.includes(feature));
  if (kind === 'memory' && missing.length > 0) {
    throw unfit(
      'incompatible_snapshot',
      'cpu_features',
      `relies on features that this processor lacks: ${missing.join(', ')}`,
    );
  }
  if (imageDigest !== request.imageDigest) {
    throw unfit(
      'incompatible_snapshot',
      'image_digest',
      `belongs to the image ${imageDigest}, and the request names ${request.imageDigest}`,
    );
  }
  const name = (['vcpus', 'memoryMb', 'diskMb'] as const).find(
    (each) => limits[each] !== request.limits[each],
  );
  if (name) throw unfit('incompatible_snapshot', 'limits', differs(name, limits, request.limits));
}

function differs(name: keyof Limits, saved: Limits, wanted: Limits): string {
  return `has ${name} ${saved[name]}, and the request wants ${wanted[name]}`;
}

function unfit(code: SnapshotErrorCode, field: string, what: string): SnapshotError {
  return new SnapshotError(code, `The snapshot ${what}.`, { field });
}

import { join } from 'node:path';

/** Files of one instance in the folder that the host gave it. */
export function instancePaths(folder: string) {
  const bundle = join(folder, 'bundle');
  return {
    bundle,
    config: join(bundle, 'config.json'),
    root: join(bundle, 'root'),
    checkpoints: join(bundle, 'checkpoints'),
    pidFile: join(bundle, 'pid'),
    log: join(bundle, 'runsc.log'),
    panicLog: join(bundle, 'panic.log'),
    upper: join(folder, 'upper'),
  };
}

/** Folders of the engine's own state. */
export function statePaths(stateFolder: string) {
  return { runsc: join(stateFolder, 'runsc'), records: join(stateFolder, 'instances') };
}

import { join } from 'node:path';
import { paths as findPaths, type Settings } from '@nullspace/configuration';
import {
  createGvisorEngine,
  createNetwork,
  createServicesGroup,
  type Engine,
  type Network,
  type ServicesGroup,
} from '@nullspace/runtime';
import type { Logger } from 'pino';
import { installationSuffix } from './installation.ts';
import { findPrograms } from './programs.ts';

/** One for a start or a pause, and one for another that comes before it is replaced. Each takes 3 MB of its own. */
const spares = 2;

/** The engine, the network and the imager of an installation. Making them changes nothing on the machine. */
export interface Isolation {
  engine: Engine;
  createNetwork: () => Network;
  services: ServicesGroup;
  /** Path of the program that makes root images. */
  imager: string;
  /** Path of the program that sees connections which names decide about. */
  egress: string;
}

export async function createIsolation(settings: Settings, log: Logger): Promise<Isolation> {
  const { runsc, agent, imager, egress, filter } = await findPrograms(settings);
  const installation = installationSuffix(settings.data_dir);
  return {
    imager,
    egress,
    services: createServicesGroup({ installation }),
    engine: createGvisorEngine({
      runsc,
      agent,
      stateFolder: join(findPaths(settings).hostDir, 'engine'),
      installation,
      spares,
    }),
    createNetwork: () =>
      createNetwork({
        range: settings.guest_range,
        installation,
        preparedSlots: settings.prepared_slots,
        filter,
        onError: (error) => log.warn({ err: error }, 'something of the network had to be done again'),
      }),
  };
}

/** @throws {Error} Naming everything that this machine lacks, and how to mend it. */
export async function requireEngine(engine: Engine): Promise<void> {
  const problems = await engine.probe();
  if (problems.length === 0) return;
  const lines = problems.map(({ item, message, fix }) => `${item}: ${message} ${fix}`);
  throw new Error(`sandboxes cannot run on this machine:\n  ${lines.join('\n  ')}`);
}

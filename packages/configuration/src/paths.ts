import { join } from 'node:path';
import type { Settings } from './settings.ts';

/** Every folder and file of an installation, absolute. */
export interface Paths {
  dataDir: string;
  /** Sockets and process records; removed files here mean a stopped service. */
  runDir: string;
  /** Unix socket between server and host. */
  hostSocket: string;
  /** State of the host; root only. */
  hostDir: string;
  /** Installed images: `sha256-<hex>.erofs` and `images.json`. */
  imagesDir: string;
  /** One folder a live instance. */
  instancesDir: string;
  /** One folder a snapshot. */
  snapshotsDir: string;
  /** Layers of pulled images, by digest. They belong to the account that fetches them. */
  layersDir: string;
  /** What references were found to be, and which root image was made of them. */
  importsDir: string;
  /** State of the server; owned by service_user. */
  serverDir: string;
  /** Uploaded files of build contexts, one folder a tenant. */
  blobsDir: string;
  /** SQLite database, when database_url is empty. */
  dbFile: string;
  /** Parts of uploads that are not complete: one folder an upload. */
  uploadsDir: string;
  /** Certificate of previews, account and orders of ACME: keys, for the server's account alone. */
  acmeDir: string;
  logsDir: string;
  cacheDir: string;
}

/** Where an installation with these settings keeps its things. */
export function paths(settings: Pick<Settings, 'data_dir' | 'cache_dir' | 'host_socket'>): Paths {
  const dataDir = settings.data_dir;
  const runDir = join(dataDir, 'run');
  const hostDir = join(dataDir, 'host');
  const serverDir = join(dataDir, 'server');
  return {
    dataDir,
    runDir,
    hostSocket: settings.host_socket || join(runDir, 'host.sock'),
    hostDir,
    imagesDir: join(hostDir, 'images'),
    instancesDir: join(hostDir, 'instances'),
    snapshotsDir: join(hostDir, 'snapshots'),
    layersDir: join(hostDir, 'layers'),
    importsDir: join(hostDir, 'imports'),
    serverDir,
    blobsDir: join(serverDir, 'blobs'),
    dbFile: join(serverDir, 'db.sqlite'),
    uploadsDir: join(serverDir, 'uploads'),
    acmeDir: join(serverDir, 'acme'),
    logsDir: join(dataDir, 'logs'),
    cacheDir: settings.cache_dir,
  };
}

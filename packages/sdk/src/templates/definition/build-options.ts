import type { BuildSecret } from './secrets.ts';

/** What a build is called, how large it is, and what it may use. */
export interface BuildOptions {
  /** Tags that will point to the build, beside the one in the name. @default `default` when there is none */
  tags?: string[];
  /** CPUs of the build, and of a saved start command. @default 2 */
  vcpus?: number;
  /** Memory of the same, in MiB. @default 512 */
  memoryMb?: number;
  /** Disk in MiB. With a start command it is that of every sandbox of the template. @default that of the server */
  diskMb?: number;
  /** Whether steps reach the network. @default true */
  internetAccess?: boolean;
  /** The server does the same for both. */
  buildBackend?: 'native' | 'buildkit';
  /** Secrets beside those of the definition. */
  buildSecrets?: BuildSecret[];
  /** Run every step. @default false */
  skipCache?: boolean;
}

import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeAtomic } from '@nullspace/service';
import { AcmeError } from './acme-error.ts';

/** Who we are to an authority. */
export interface Account {
  directory: string;
  /** Private key in PEM form. */
  key: string;
}

/** What has to be known to go on with an order after the process has ended in the middle of it. */
export interface OpenOrder {
  directory: string;
  domain: string;
  /** Private key of the certificate to come, in PEM form: a certificate is of no use without it. */
  key: string;
  /** Undefined until the authority has taken the order. */
  url?: string;
  /** Record that may be published. */
  record?: TxtRecord;
}

/** Proof that a domain is ours. */
export interface TxtRecord {
  /** With a dot at its end. */
  name: string;
  value: string;
}

/** Each file is replaced as a whole and is for the account of the server alone. */
const mode = 0o600;

/** The files of ACME. What cannot be read is as if it were not there: it is asked for anew. */
export class AcmeFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Key and chain in one file, so that they always belong together. */
  get certificateFile(): string {
    return join(this.#path, 'certificate.pem');
  }

  async make(): Promise<void> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 }).catch(failStorage);
  }

  readAccount = () => this.#read<Account>('account.json');
  writeAccount = (account: Account) => this.#write('account.json', JSON.stringify(account));
  readOrder = () => this.#read<OpenOrder>('order.json');
  writeOrder = (order: OpenOrder) => this.#write('order.json', JSON.stringify(order));
  writeCertificate = (pem: string) => this.#write('certificate.pem', pem);

  async readCertificate(): Promise<Buffer | undefined> {
    return await readFile(this.certificateFile).catch(() => undefined);
  }

  async removeOrder(): Promise<void> {
    await rm(join(this.#path, 'order.json'), { force: true })
      .then(() => syncFolder(this.#path))
      .catch(failStorage);
  }

  async #read<T>(name: string): Promise<T | undefined> {
    try {
      return JSON.parse(await readFile(join(this.#path, name), 'utf8')) as T;
    } catch {
      return undefined;
    }
  }

  async #write(name: string, content: string): Promise<void> {
    await writeAtomic(join(this.#path, name), content, { mode }).catch(failStorage);
  }
}

function failStorage(cause: Error): never {
  throw new AcmeError('storage', `the data folder cannot be written: ${cause.message}`, { cause });
}

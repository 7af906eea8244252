import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import acme from 'acme-client';
import { AcmeError } from './acme-error.ts';
import { AcmeFolder, type OpenOrder, type TxtRecord } from './acme-folder.ts';
import { ask, prepareRequests } from './authority.ts';
import type { AcmeJob } from './job.ts';
import { runHook } from './run-hook.ts';

/** How often the state of an order is looked at: after a quarter of a second, then less and less often, for two minutes. */
const polling = { backoffAttempts: 18, backoffMin: 250, backoffMax: 10_000 };

/**
 * Gets a certificate for all names below the domain and writes it into the folder. An order that an earlier attempt has left
 * is gone on with, wherever it had got to, so that no certificate is issued twice.
 *
 * @param signal Ends the attempt, the operator's program with it.
 * @returns What went wrong without harm.
 * @throws {AcmeError} What is kept in the folder is valid all the same.
 */
export async function obtainCertificate(job: AcmeJob, signal: AbortSignal): Promise<string[]> {
  const folder = new AcmeFolder(job.folder);
  await folder.make();
  await prepareRequests(job.ca);
  const attempt = new Attempt(job, folder, signal);
  await attempt.run();
  return attempt.warnings;
}

class Attempt {
  readonly warnings: string[] = [];
  readonly #job: AcmeJob;
  readonly #folder: AcmeFolder;
  readonly #signal: AbortSignal;
  #client!: acme.Client;
  #open!: OpenOrder;

  constructor(job: AcmeJob, folder: AcmeFolder, signal: AbortSignal) {
    this.#job = job;
    this.#folder = folder;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    this.#client = await this.#logIn();
    const order = (await this.#findOrder()) ?? (await this.#placeOrder());
    if (order.status === 'pending') {
      await this.#prove(order);
      await ask('the order', () => this.#client.waitForValidStatus(order));
    }
    const chain = await this.#finish(await ask('the order', () => this.#client.getOrder(order)));
    await this.#folder.writeCertificate(`${this.#open.key.trim()}\n${chain.trim()}\n`);
    await this.#folder.removeOrder();
  }

  /** The account is made with the first certificate; its key is kept before the authority hears of it. */
  async #logIn(): Promise<acme.Client> {
    const { directory, email, eabKid: kid, eabKeyFile } = this.#job;
    let account = await this.#folder.readAccount();
    if (account?.directory !== directory) {
      account = { directory, key: await newKey() };
      await this.#folder.writeAccount(account);
    }
    const client = new acme.Client({
      ...{ directoryUrl: directory, accountKey: account.key, ...polling },
      ...(kid && { externalAccountBinding: { kid, hmacKey: (await readFile(eabKeyFile, 'utf8')).trim() } }),
    });
    const contact = email ? [`mailto:${email}`] : [];
    await ask('the account', () => client.createAccount({ termsOfServiceAgreed: true, contact }));
    return client;
  }

  /** The order of an earlier attempt, when it can still become a certificate. */
  async #findOrder(): Promise<acme.Order | undefined> {
    const { domain, directory } = this.#job;
    const open = await this.#folder.readOrder();
    if (!open) return undefined;
    this.#open = open;
    if (open.record) await this.#withdraw(open.record);
    if (open.domain !== domain || open.directory !== directory || !open.url) return undefined;
    try {
      const order = await ask('the order', () => this.#client.getOrder({ url: open.url } as acme.Order));
      return order.status === 'invalid' ? undefined : order;
    } catch (error) {
      // It has been forgotten there, or belongs to an account that was.
      if ((error as AcmeError).failure === 'refused') return undefined;
      throw error;
    }
  }

  async #placeOrder(): Promise<acme.Order> {
    const { domain, directory } = this.#job;
    this.#open = { directory, domain, key: await newKey() };
    // A disk that is full is found before the authority has done anything.
    await this.#folder.writeOrder(this.#open);
    const identifiers = [{ type: 'dns', value: `*.${domain}` }];
    const order = await ask('the order', () => this.#client.createOrder({ identifiers }));
    await this.#keep({ url: order.url });
    return order;
  }

  /** Shows that the domain is ours by a record in its DNS. */
  async #prove(order: acme.Order): Promise<void> {
    for (const authorization of await ask('the order', () => this.#client.getAuthorizations(order))) {
      if (authorization.status === 'valid') continue;
      const challenge = authorization.challenges.find(({ type }) => type === 'dns-01');
      if (!challenge) throw new AcmeError('refused', 'the authority offers no proof by DNS (dns-01)');
      const value = await this.#client.getChallengeKeyAuthorization(challenge);
      const record = { name: `_acme-challenge.${authorization.identifier.value}.`, value };
      await this.#keep({ record });
      try {
        await runHook('present', record, this.#hook);
        await sleep(this.#job.dnsWaitMs, undefined, { signal: this.#signal });
        const proof = `the proof by ${record.name}`;
        await ask(proof, () => this.#client.completeChallenge(challenge));
        await ask(proof, () => this.#client.waitForValidStatus(challenge));
      } finally {
        await this.#withdraw(record);
      }
    }
  }

  async #finish(order: acme.Order): Promise<string> {
    const { key } = this.#open;
    let current = order;
    if (order.status === 'ready') {
      const [, request] = await acme.crypto.createCsr({ altNames: [`*.${this.#job.domain}`] }, key);
      current = await ask('the certificate', () => this.#client.finalizeOrder(order, request));
    }
    const chain = await ask('the certificate', () => this.#client.getCertificate(current));
    const certificate = new X509Certificate(chain);
    const fits =
      certificate.checkPrivateKey(createPrivateKey(key)) && certificate.checkHost(`a.${this.#job.domain}`);
    if (fits && certificate.validToDate.getTime() > Date.now()) return chain;
    await this.#folder.removeOrder();
    throw new AcmeError('refused', 'the authority gave a certificate that is not the one asked for');
  }

  /** One that cannot be removed harms nothing; a later attempt tries again. */
  async #withdraw(record: TxtRecord): Promise<void> {
    try {
      await runHook('cleanup', record, this.#hook);
    } catch (error) {
      this.warnings.push((error as Error).message);
      return;
    }
    await this.#keep({ record: undefined });
  }

  async #keep(change: { url?: string; record?: TxtRecord | undefined }): Promise<void> {
    const { record, ...open } = { ...this.#open, ...change };
    this.#open = record ? { ...open, record } : open;
    await this.#folder.writeOrder(this.#open);
  }

  get #hook() {
    return { hook: this.#job.hook, timeoutMs: this.#job.hookTimeoutMs, signal: this.#signal };
  }
}

const newKey = async () => String(await acme.crypto.createPrivateEcdsaKey('P-256'));

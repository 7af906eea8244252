import type { Context } from '../context.ts';
import { openCertificate } from './acme/open-certificate.ts';
import type { PreviewAddresses } from './addresses.ts';
import { DomainAddresses } from './domain-addresses.ts';
import { Gateway } from './gateway.ts';
import { Grants } from './grants.ts';
import { readTls } from './listen.ts';
import { PortAddresses } from './port-addresses.ts';
import { PreviewTokens } from './tokens.ts';

/** Addresses of ports inside sandboxes, the tokens that open them, and the gateway behind them. */
export interface Previews {
  tokens: PreviewTokens;
  grants: Grants;
  addresses: PreviewAddresses;
  gateway: Gateway;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Name of the secret that signs tokens. */
const SECRET = 'previews';

export async function createPreviews(context: Context): Promise<Previews> {
  const { settings, store, log } = context;
  const certificate = await openCertificate(context);
  const tls = await readTls(settings);
  const tokens = new PreviewTokens(await store.secret(SECRET));
  const grants = new Grants(store, (error) => log.warn({ err: error }, 'uses of previews were not counted'));
  const gateway = new Gateway(context, { tokens, grants });
  const named = new DomainAddresses({
    ...{ settings, store, gateway, tls: certificate ? (certificate.tls ?? 'awaited') : tls },
  });
  const addresses: PreviewAddresses = settings.preview_domain
    ? named
    : new PortAddresses({ settings, store, gateway, log, tls });
  return {
    tokens,
    grants,
    addresses,
    gateway,
    async start() {
      await addresses.start();
      await certificate?.start((renewed) => named.renew(renewed));
    },
    async stop() {
      await certificate?.stop();
      addresses.stop();
      gateway.close();
      await grants.close();
    },
  };
}

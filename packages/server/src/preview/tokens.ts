import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token opens: plain requests or WebSockets, by its bearer or by a customer's proxy; or that it is a cookie of traffic. */
export type TokenKind = 'http' | 'websocket' | 'proxy_http' | 'proxy_websocket' | 'traffic';

const letters: Record<TokenKind, string> = {
  http: 'h',
  websocket: 'w',
  proxy_http: 'p',
  proxy_websocket: 'q',
  traffic: 't',
};

/** What a token says. `subject` is the id of a grant, or with `traffic` of an execution. */
export interface TokenClaims {
  subject: string;
  kind: TokenKind;
  expiresAt: number;
}

/** Makes and reads the tokens of previews. They hold no secret of their own: the same grant gives the same token. */
export class PreviewTokens {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  make({ subject, kind, expiresAt }: TokenClaims): string {
    const text = `${letters[kind]}.${subject}.${Math.floor(expiresAt / 1000).toString(36)}`;
    return `${text}.${this.#sign(text)}`;
  }

  /** What a token says; undefined: it was not made here. It may have expired. */
  read(token: string): TokenClaims | undefined {
    const match = /^([hwpqt])\.([A-Za-z0-9_]{1,64})\.([0-9a-z]{1,10})\.([A-Za-z0-9_-]{43})$/.exec(token);
    if (!match) return undefined;
    const [, letter, subject, seconds, signature] = match as unknown as [
      string,
      string,
      string,
      string,
      string,
    ];
    const expected = this.#sign(`${letter}.${subject}.${seconds}`);
    if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) return undefined;
    const kind = (Object.keys(letters) as TokenKind[]).find((name) => letters[name] === letter)!;
    return { subject, kind, expiresAt: Number.parseInt(seconds, 36) * 1000 };
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('base64url');
  }
}

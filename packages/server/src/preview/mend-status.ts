import { type IncomingMessage, STATUS_CODES } from 'node:http';

/** What Node's servers refuse to send by throwing, which here would end the process. */
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;

/** In place of a status that is no end of an answer, or none at all. */
const BAD_GATEWAY = 502;

/** Makes the first line of a service's answer one that can be passed on. */
export function mendStatus(answer: IncomingMessage, { http2 }: { http2: boolean }): void {
  const { statusCode = 0, statusMessage = '' } = answer;
  const isKnown = statusCode >= 200 && statusCode <= (http2 ? 599 : 999);
  if (!isKnown) answer.statusCode = BAD_GATEWAY;
  if (!isKnown || UNSENDABLE.test(statusMessage))
    answer.statusMessage = STATUS_CODES[answer.statusCode ?? 0] ?? '';
}

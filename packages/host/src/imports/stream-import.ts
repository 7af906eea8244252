import { create } from '@bufbuild/protobuf';
import { host as proto } from '@nullspace/proto';
import type { HostContext } from '../context.ts';
import { pause } from '../with-deadline.ts';
import { importImage } from './import-image.ts';
import type { Progress } from './shared-works.ts';

/** The progress of an import, the newest alone when the caller is slow, all notices, and then the image. */
export async function* streamImport(
  host: HostContext,
  request: proto.ImportImageRequest,
  gone: AbortSignal,
): AsyncGenerator<proto.ImportImageResponse> {
  let newest: Progress | undefined;
  let wake = () => {};
  const notices: Progress[] = [];
  const tell = (progress: Progress) => {
    if (progress.phase === 'notice') notices.push(progress);
    else newest = progress;
    wake();
  };
  const importing = importImage(host, request, { signal: gone, tell });
  let ended = false;
  const end = () => {
    ended = true;
    wake();
  };
  importing.then(end, end);
  while (!ended) {
    const woken = new AbortController();
    wake = () => woken.abort();
    if (!newest && !ended) await pause(host.timing.keepAliveMs, woken.signal);
    const progress = newest ?? { phase: '', message: '', doneBytes: 0, totalBytes: 0 };
    newest = undefined;
    // Without news too, so that a caller that has gone is noticed.
    if (!ended) yield present(progress);
  }
  const value = await importing;
  for (const notice of notices) yield present(notice);
  yield create(proto.ImportImageResponseSchema, { message: { case: 'done', value } });
}

function present({ phase, message, doneBytes, totalBytes }: Progress): proto.ImportImageResponse {
  const value = create(proto.ImportProgressSchema, {
    phase,
    message,
    doneBytes: BigInt(doneBytes),
    totalBytes: BigInt(totalBytes),
  });
  return create(proto.ImportImageResponseSchema, { message: { case: 'progress', value } });
}

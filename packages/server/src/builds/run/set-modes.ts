import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';

/** The same archive with one mode for all of its files and folders. */
export async function* setModes(
  archive: AsyncIterable<Uint8Array>,
  mode: number,
): AsyncGenerator<Uint8Array> {
  const read = extract();
  const written = pack();
  const copying = (async () => {
    for await (const entry of read) {
      const { header } = entry;
      const to = written.entry(header.type === 'symlink' ? header : { ...header, mode });
      if (header.type === 'file') await pipeline(entry, to as unknown as NodeJS.WritableStream);
      else entry.resume();
    }
    written.finalize();
  })();
  const reading = pipeline(archive, read as unknown as NodeJS.WritableStream);
  for (const work of [copying, reading]) work.catch((error: Error) => written.destroy(error));
  yield* written as AsyncIterable<Uint8Array>;
  await Promise.all([copying, reading]);
}

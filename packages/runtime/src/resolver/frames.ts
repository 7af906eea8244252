/** Splits a TCP stream of DNS messages, each behind its length in two bytes. */
export function createFrameReader(options: { maxLength: number }) {
  let buffered: Buffer = Buffer.alloc(0);
  return {
    /** Messages that are complete with this chunk; undefined when one is longer than allowed. */
    push(chunk: Buffer): Buffer[] | undefined {
      buffered = Buffer.concat([buffered, chunk]);
      const messages: Buffer[] = [];
      while (buffered.length >= 2) {
        const length = buffered.readUInt16BE(0);
        if (length > options.maxLength) return undefined;
        if (buffered.length < 2 + length) break;
        messages.push(buffered.subarray(2, 2 + length));
        buffered = buffered.subarray(2 + length);
      }
      return messages;
    },
  };
}

export function createFrame(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

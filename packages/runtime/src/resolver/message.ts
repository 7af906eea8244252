const HEADER_LENGTH = 12;
const LONGEST_NAME = 255;

/** Answers that carry no records (RFC 1035, section 4.1.1). */
export const codes = { success: 0, serverFailure: 2, noSuchName: 3, refused: 5 } as const;

export interface Query {
  /** The message as it came. */
  bytes: Buffer;
  id: number;
  /** Name asked for, in lower case, without the last dot; a dot that is part of a label is "\\046". */
  name: string;
  /** Record type, for example 1 for A and 12 for PTR. */
  type: number;
  /** Where the only question ends. */
  end: number;
}

/** Reads a query with exactly one question; undefined for anything else, which deserves no answer. */
export function parseQuery(bytes: Buffer): Query | undefined {
  if (bytes.length < HEADER_LENGTH) return undefined;
  const isResponse = (bytes[2]! & 0x80) !== 0;
  if (isResponse || bytes.readUInt16BE(4) !== 1) return undefined;
  const labels: string[] = [];
  let offset = HEADER_LENGTH;
  for (;;) {
    const length = bytes[offset];
    // Longer labels are compression pointers, which a first question has no use for.
    if (length === undefined || length > 63) return undefined;
    offset += 1;
    if (length === 0) break;
    if (offset + length > bytes.length || offset - HEADER_LENGTH + length > LONGEST_NAME) return undefined;
    labels.push(writeLabel(bytes.toString('latin1', offset, offset + length)));
    offset += length;
  }
  if (offset + 4 > bytes.length) return undefined;
  return {
    bytes,
    id: bytes.readUInt16BE(0),
    name: labels.join('.'),
    type: bytes.readUInt16BE(offset),
    end: offset + 4,
  };
}

/** A label as part of a name. A dot inside of it would pass for the end of it (RFC 4343, section 2.1). */
function writeLabel(label: string): string {
  return label.toLowerCase().replaceAll('.', '\\046');
}

/** An answer without records. */
export function createAnswer(query: Query, code: number): Buffer {
  const answer = Buffer.from(query.bytes.subarray(0, query.end));
  // Response, same operation, recursion as desired, recursion available.
  answer[2] = 0x80 | (query.bytes[2]! & 0x79);
  answer[3] = 0x80 | code;
  answer.writeUInt16BE(1, 4);
  answer.fill(0, 6, HEADER_LENGTH);
  return answer;
}

/** Whether an answer was too long for its datagram. */
export function isTruncated(answer: Buffer): boolean {
  return (answer[2]! & 0x02) !== 0;
}

/** The query under another id. */
export function withId(bytes: Buffer, id: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt16BE(id, 0);
  return copy;
}

/** Whether a message from a nameserver answers this query, sent under `id`. */
export function isAnswerTo(query: Query, id: number, answer: Buffer): boolean {
  if (answer.length < HEADER_LENGTH || answer.readUInt16BE(0) !== id || (answer[2]! & 0x80) === 0)
    return false;
  // Some servers answer a failure without repeating the question.
  if (answer.readUInt16BE(4) === 0) return true;
  const asked = query.bytes.subarray(HEADER_LENGTH, query.end).toString('latin1').toLowerCase();
  return answer.subarray(HEADER_LENGTH, query.end).toString('latin1').toLowerCase() === asked;
}

/** All of stdin. */
export async function readStdin(): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(process.stdin as AsyncIterable<Buffer>));
}

/** Acts for each index below `count`, on `atOnce` of them at the same moment. */
export async function spread(
  { count, atOnce }: { count: number; atOnce: number },
  act: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

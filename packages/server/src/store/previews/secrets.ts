import { randomBytes } from 'node:crypto';
import type { StoreContext } from '../context.ts';
import { write } from '../write.ts';

export async function secret(context: StoreContext, name: string): Promise<string> {
  return write(context, 'now', async (transaction) => {
    await transaction
      .insertInto('server_secrets')
      .values({ name, value: randomBytes(32).toString('base64url') })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const { value } = await transaction
      .selectFrom('server_secrets')
      .select('value')
      .where('name', '=', name)
      .executeTakeFirstOrThrow();
    return value;
  });
}

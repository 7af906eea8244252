import { Sandbox } from 'nullspace';
import { alternate, type Bench, time } from '../lib/bench.ts';

export const bench: Bench = {
  name: 'policy',
  about: 'changes of the network policy of a running sandbox, through the SDK',
  async run({ connection, rounds }) {
    await using sandbox = await Sandbox.create(connection);
    const samples = await alternate(rounds * 2, {
      addresses: (round) => time(() => sandbox.setNetwork({ denyOut: [`192.0.2.${round % 200}/32`] })),
      names: (round) => time(() => sandbox.setNetwork({ allowOut: [`host-${round}.example.com`] })),
      none: () => time(() => sandbox.setNetwork({ allowOut: [], denyOut: [] })),
    });
    const target = { text: '≤ 5 ms', of: 'p50' as const, at: 'most' as const, bound: 5 };
    return Object.entries({
      'change of addresses': samples.addresses!,
      'change of names': samples.names!,
      'removal of all rules': samples.none!,
    }).map(([metric, values]) => ({ metric, unit: 'ms', samples: values, target }));
  },
};

import { createNetwork } from '../../src/index.ts';
import { testNetwork } from '../conformance/network.ts';
import { chooseInstallation } from '../fixtures/machine.ts';

const { installation, range } = chooseInstallation();
const small = range.replace(/24$/, '28');

testNetwork('of this machine', () => createNetwork({ range: small, installation, preparedSlots: 1 }));

import { testEngine } from '../conformance/engine.ts';
import { openMachine } from '../fixtures/machine.ts';

testEngine('gvisor', openMachine);

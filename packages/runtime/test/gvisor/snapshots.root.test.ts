import { testSnapshots } from '../conformance/snapshots.ts';
import { openSnapshotBench } from './snapshot-bench.ts';

testSnapshots('gvisor', openSnapshotBench);

import { runEndingRounds } from './ending-rounds.ts';

runEndingRounds('before');

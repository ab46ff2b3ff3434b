import { runEndingRounds } from './ending-rounds.ts';

runEndingRounds('after');

/** The figures as rows, with what the issue promises of them. */
import { megabytes, milliseconds, type Row, times } from '../table.ts';
import { percentile } from './percentile.ts';
import type { Figures } from './scale.ts';
import { totalOf } from './temporal-calls.ts';

/** temporal-worker-controller, with 1,000 of its resources on a machine of this kind; counts and seconds of one minute. */
const peer = {
  writes: 5854,
  temporalCalls: 5860,
  residentMb: 107,
  deletingMb: 200,
  cpu: 10,
  apiserverCpu: 46,
  firstPollMs: 5400,
  restartMs: 6500,
};
const peerCount = 1000;

/** What is promised for so many. */
const promisedCount = 1000;
const memoryLimitMb = 120;

export function rowsOf(figures: Figures): Row[] {
  const named = (row: Row): Row => ({ ...row, figure: row.figure.startsWith(' ') ? row.figure : `${figures.count}: ${row.figure}` });
  return [
    ...rollOutRows(figures),
    ...steadyRows(figures),
    ...memoryRows(figures),
    ...cpuRows(figures),
    ...latencyRows(figures),
    ...startRows(figures),
  ].map(named);
}

function steadyRows({ count, steady }: Figures): Row[] {
  const calls = totalOf(steady.temporalCalls);
  const ofPeer = peer.temporalCalls * (count / peerCount);
  return [
    zeroRow('at rest: writes to the API server in a minute', steady.writes, `peer ${whole(peer.writes * (count / peerCount))}`),
    zeroRow('at rest: reads from it, watches aside', steady.reads),
    told('  watches opened again', whole(steady.watches)),
    told('  requests for the Lease of leader election', whole(steady.leaseRequests)),
    {
      figure: 'at rest: calls to Temporal in a minute',
      ours: whole(calls),
      yardstick: `peer ${whole(ofPeer)}`,
      ratio: times(calls / ofPeer),
      target: '≤ 0.20×',
      passed: calls / ofPeer <= 0.2,
    },
  ];
}

function memoryRows({ count, emptyMb, rollOut, steady, without, with: right, deletion }: Figures): Row[] {
  const limit = (figure: string, value: number, yardstick = ''): Row => ({
    figure,
    ours: megabytes(value),
    yardstick,
    ratio: '',
    target: count <= promisedCount ? `≤ ${memoryLimitMb} MB` : '',
    passed: count <= promisedCount ? value <= memoryLimitMb : undefined,
  });
  return [
    told('  memory without any Process', megabytes(emptyMb)),
    limit('memory at rest', steady.residentMb, `peer ${megabytes(peer.residentMb)}`),
    ...(rollOut ? [limit('memory, most while all are rolled out', rollOut.peakMb)] : []),
    limit('memory, most while it starts', Math.max(without.peakMb, right.peakMb)),
    limit('memory, most while all are deleted', deletion.peakMb, `peer ${megabytes(peer.deletingMb)}`),
    told(`  afterwards; ${endOf(deletion)}`, megabytes(deletion.afterMb)),
  ];
}

function endOf({ ms, askingMs, limitMs, afterMb }: Figures['deletion']): string {
  if (Number.isNaN(afterMb)) return 'the sidecar ended during the deletion';
  const took = `${Number.isFinite(ms) ? '' : 'more than '}${milliseconds(Math.min(ms, limitMs))}`;
  return `the deletion took ${took}, of which ${milliseconds(askingMs)} to ask for it`;
}

function rollOutRows({ count, rollOut }: Figures): Row[] {
  if (!rollOut) return [];
  const each = (name: string) => ((rollOut.writes.get(name) ?? 0) / count).toFixed(2);
  return [
    told('rolled out at once: statuses written for each Process', each('patch processes/status')),
    told('  Events', each('create events')),
  ];
}

function cpuRows({ steady: { cpu } }: Figures): Row[] {
  return [
    told('at rest: CPU of the sidecar in a minute', seconds(cpu.sidecar), `peer ${seconds(peer.cpu)}`),
    told('  of the API server', seconds(cpu.apiserver), `peer ${seconds(peer.apiserverCpu)}`),
    told('  of Temporal, which holds the long polls', seconds(cpu.temporal)),
  ];
}

function latencyRows({ changes, firstPolls }: Figures): Row[] {
  const change = (share: number, name: string): Row => {
    const [ours, floor] = [percentile(changes.ours, share), percentile(changes.floor, share)];
    return {
      figure: `Deployment changed → status, ${name} : bare watcher`,
      ours: milliseconds(ours),
      yardstick: milliseconds(floor),
      ratio: times(ours / floor),
      target: '≤ 3.00×',
      passed: ours / floor <= 3,
    };
  };
  const [ready, floor] = [percentile(firstPolls.ready, 0.5), percentile(firstPolls.floor, 0.5)];
  return [
    change(0.5, 'p50'),
    change(0.99, 'p99'),
    {
      figure: `first poll → Ready, p50 : bare loop (peer ${milliseconds(peer.firstPollMs)})`,
      ours: milliseconds(ready),
      yardstick: milliseconds(floor),
      ratio: `+${milliseconds(ready - floor)}`,
      target: '≤ +2 s',
      passed: ready - floor <= 2000,
    },
  ];
}

function startRows({ without, with: right, count, firstPolls }: Figures): Row[] {
  const all = count + firstPolls.ready.length;
  const ratio = without.ms / without.floorMs;
  return [
    {
      figure: 'start-up without statuses, to the last right one : bare writer',
      ours: milliseconds(without.ms),
      yardstick: milliseconds(without.floorMs),
      ratio: times(ratio),
      target: '≤ 3.00×',
      passed: ratio <= 3,
    },
    told('  statuses written for each Process', (without.statusWrites / all).toFixed(2)),
    told('  CPU of the sidecar and of the API server until then', seconds(without.cpuSeconds)),
    ...(Number.isFinite(right.ms)
      ? [told('start-up with statuses, until every queue was asked', milliseconds(right.ms), `peer ${milliseconds(peer.restartMs)}`)]
      : []),
    zeroRow('start-up with statuses: writes', right.writes),
  ];
}

/**
 * What each Process costs at the larger number, against what it costs at the smaller. Both take all that the machine has, and the long polls
 * of five times as many workers, on the same processors, leave less of it: so of a start CPU is promised, not time, and of a deletion the
 * time after everything was asked to go, for to ask takes longer as well.
 */
export function growthRows(small: Figures, large: Figures): Row[] {
  const name = (what: string) => `growth of ${what} for each, ${small.count} to ${large.count}`;
  const row = (what: string, unit: (value: number) => string, of: (figures: Figures) => number, base = 0): Row => {
    const ratio = (of(large) - base) / large.count / ((of(small) - base) / small.count);
    return {
      figure: name(what),
      ours: unit(of(large)),
      yardstick: unit(of(small)),
      ratio: times(ratio),
      target: '≤ 1.25×',
      passed: ratio <= 1.25,
    };
  };
  return [
    row('memory at rest', megabytes, ({ steady }) => steady.residentMb, Math.min(small.emptyMb, large.emptyMb)),
    row('memory while deleted', megabytes, ({ deletion }) => deletion.peakMb, Math.min(small.emptyMb, large.emptyMb)),
    row('calls to Temporal', whole, ({ steady }) => totalOf(steady.temporalCalls)),
    row('CPU of the sidecar', seconds, ({ steady }) => steady.cpu.sidecar),
    row('CPU of a start', seconds, ({ without }) => without.cpuSeconds),
    shown(row('time to start', milliseconds, ({ without }) => without.ms)),
    row('time to delete, once all was asked to go,', milliseconds, ({ deletion }) => deletion.ms - deletion.askingMs),
    shown(row('time to delete', milliseconds, ({ deletion }) => deletion.ms)),
  ];
}

/** Without a promise. */
function shown(row: Row): Row {
  return { ...row, target: '', passed: undefined };
}

function zeroRow(figure: string, value: number, yardstick = ''): Row {
  return { figure, ours: whole(value), yardstick, ratio: '', target: '0', passed: value === 0 };
}

function told(figure: string, ours: string, yardstick = ''): Row {
  return { figure, ours, yardstick, ratio: '', target: '', passed: undefined };
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

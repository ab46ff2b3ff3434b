/** Everything that is measured at one number of Processes, in the order in which one leads to the next. */
import { setTimeout as delay } from 'node:timers/promises';
import { demand } from '../../test/testbed/api.ts';
import { userOf } from './accounts.ts';
import { apply, pollerOf, startPollers, untilPods } from './applied.ts';
import { isWrite } from './audit.ts';
import type { Bed } from './bed.ts';
import { changeLatency, type Latencies } from './change-latency.ts';
import type { Child } from './child.ts';
import { type Deletion, deletion } from './deletion.ts';
import { type FirstPolls, firstPolls } from './first-poll.ts';
import { type Member, renderFleet } from './fleet.ts';
import type { Settings } from './settings.ts';
import { type FirstStart, type StartUp, startWith, startWithout } from './start-up.ts';
import { type Steady, steady, tally } from './steady.ts';
import type { Subject } from './subject.ts';
import { forgetPeak, resident } from './usage.ts';

export interface Figures {
  readonly count: number;
  /** Resident with no Process at all. */
  readonly emptyMb: number;
  /** While all were rolled out at once; absent: the sidecar was started when they were there. */
  readonly rollOut?: RollOut;
  readonly steady: Steady;
  readonly changes: Latencies;
  readonly firstPolls: FirstPolls;
  readonly without: FirstStart;
  readonly with: StartUp;
  readonly deletion: Deletion;
}

export interface RollOut {
  readonly peakMb: number;
  /** What the sidecar wrote. */
  readonly writes: ReadonlyMap<string, number>;
}

export interface Run {
  readonly bed: Bed;
  readonly settings: Settings;
  readonly start: () => Promise<Subject>;
  readonly say: (text: string) => void;
}

const floors = 10;
/** More than that at once keep the control plane, on the same processors, so busy that nothing else is measured. */
const mostRolledOut = 1000;

export async function measureScale(run: Run, count: number): Promise<Figures> {
  const { bed, settings, say } = run;
  const isSmall = count < 100;
  let subject = await run.start();
  const restart = async () => {
    await subject.stop();
    return () => run.start().then((started) => (subject = started));
  };
  const sayLog = () => say(`the sidecar ${subject.hasEnded() ? 'has ended' : 'runs'}; its log ends with:\n${subject.log()}`);
  try {
    await subject.ready;
    await delay(2000);
    const emptyMb = resident(subject.pid).nowMb;
    bed.audit.since();
    const isRolledOut = count <= mostRolledOut;
    const startLate = isRolledOut ? undefined : await restart();
    const fleet = await bringUp(run, count);
    await startLate?.();
    await untilReady(run, subject, fleet.members);
    const writes = tally(bed.audit.since().filter((one) => one.user === userOf('sidecar') && isWrite(one) && one.resource !== 'leases'));
    const floor = await floorFleet(run);
    const { peakMb } = resident(subject.pid);
    say(`${count}: all are Ready; letting things settle …`);
    await delay(isSmall ? 5000 : 60_000);
    forgetPeak(subject.pid);
    say(`${count}: steady state, ${settings.windowSeconds} s …`);
    const steadyFigures = await steady(bed, subject, settings.windowSeconds);
    say(`${count}: changes of Deployments …`);
    const changes = await changeLatency(bed, spread(fleet.members, 100), floor, isSmall ? 30 : 200);
    say(`${count}: first polls …`);
    const late = renderFleet({ ...at(bed), prefix: `late-${count}`, count: isSmall ? 8 : 40 });
    const { close, ...polls } = await firstPolls(bed, late);
    const members = [...fleet.members, ...late];
    say(`${count}: start-up without statuses …`);
    const limitMs = 60_000 + count * 60;
    const without = await startWithout(bed, members, await restart(), limitMs);
    say(`${count}: start-up with statuses …`);
    const withThem = await startWith(bed, members, await restart(), isSmall ? 5000 : 90_000);
    say(`${count}: deletion …`);
    const stopWorkers = async () => {
      await Promise.all([close(), ...fleet.pollers.map((one) => one.stop())]);
    };
    const deleted = await deletion(bed, subject, members, stopWorkers);
    if (subject.hasEnded()) sayLog();
    return {
      count,
      emptyMb,
      ...(isRolledOut && { rollOut: { peakMb, writes } }),
      steady: steadyFigures,
      changes,
      firstPolls: polls,
      without,
      with: withThem,
      deletion: deleted,
    };
  } catch (error) {
    sayLog();
    throw error;
  } finally {
    await subject.stop();
  }
}

interface Fleet {
  readonly members: readonly Member[];
  readonly pollers: readonly Child[];
}

/** Applies them, and lets a worker poll in each pod once all pods are Ready. */
async function bringUp({ bed, say }: Run, count: number): Promise<Fleet> {
  const members = renderFleet({ ...at(bed), prefix: `p${count}`, count });
  say(`${count}: applying Processes …`);
  await apply(bed, members);
  const pods = await untilPods(bed, members, (ready) => say(`${count}: ${ready} pods are Ready`));
  say(`${count}: workers begin to poll …`);
  const pollers = await startPollers(
    bed,
    members.map((member) => pollerOf(member, pods)),
  );
  return { members, pollers };
}

async function untilReady({ bed }: Run, subject: Subject, members: readonly Member[]): Promise<void> {
  const count = members.length;
  const limitMs = 60_000 + count * 60;
  for (const end = performance.now() + limitMs; bed.statuses.readyAmong(members) < count; await delay(200)) {
    if (subject.hasEnded()) throw new Error('the sidecar ended by itself');
    if (performance.now() > end) throw new Error(`after ${limitMs / 1000} s ${bed.statuses.readyAmong(members)} of ${count} are Ready`);
  }
}

/** In a namespace in which the sidecar does not look; pods they need none. */
async function floorFleet({ bed }: Run): Promise<Member[]> {
  const { address } = bed.temporal;
  const members = renderFleet({ address, namespaces: [bed.floorNamespace], prefix: 'floor', count: floors });
  const path = `/apis/ameide.io/v1/namespaces/${bed.floorNamespace}/processes?limit=1`;
  const { items } = (await demand(bed.plane, 'GET', path)) as { items: unknown[] };
  if (items.length === 0) await apply(bed, members);
  await untilPods(bed, members);
  return members;
}

function at({ namespaces, temporal }: Bed): { namespaces: readonly string[]; address: string } {
  return { namespaces, address: temporal.address };
}

/** So many of them, from all over. */
function spread(members: readonly Member[], count: number): Member[] {
  const step = Math.max(Math.floor(members.length / count), 1);
  return members.filter((_, index) => index % step === 0).slice(0, count);
}

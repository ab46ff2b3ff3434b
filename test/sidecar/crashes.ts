/** A sidecar that is killed at a chosen request: before it is done, or when it is done and the sidecar has not heard of it. */
import type { Effect, Job } from '../../src/sidecar/drain/drain.ts';
import type { BatchJob } from '../../src/temporal/drain/drain-port.ts';
import { type ApiGateway, startApiGateway } from '../testbed/api-gateway.ts';
import { startTemporalGateway, type TemporalGateway } from '../testbed/temporal-gateway.ts';
import { until } from '../testbed/until.ts';
import { type DrainBed, openDrainBed } from './drain-bed.ts';
import { namespace } from './live-bed.ts';
import { startSidecar } from './sidecar-process.ts';

export interface CrashBed extends DrainBed {
  /** Where the Processes' workers, and so the sidecar, find Temporal. */
  readonly gateway: TemporalGateway;
  /** The next such request kills the sidecar; `cause` brings it about. What is asked beside it goes the same way. The sidecar is then started again. */
  crashAt(crash: Crash, cause: () => Promise<unknown>): Promise<void>;
}

export interface Crash {
  readonly when: 'before' | 'after';
  /** A method of Temporal's, or a pattern of a request to the API server. */
  readonly at: string | RegExp;
}

const args = ['-n', namespace, '--no-leader-election'];

const statusWrite = /^PATCH \S+\/processes\/[^/?]+\/status\?/;
const metadataWrite = /^PATCH \S+\/processes\/[^/?]+\?/;

/** The effects that end workflows. */
type Ends = Extract<Effect, { readonly job: BatchJob }>['kind'];

/** What each effect of the machine, and the write that comes before them, is on the wire; the tests kill before and after each. */
export const onTheWire = {
  Status: [statusWrite],
  Pause: ['PatchSchedule'],
  Resume: ['PatchSchedule', 'UpdateSchedule'],
  Release: [metadataWrite],
} as const satisfies Readonly<Record<Exclude<Effect['kind'], Ends> | 'Status', readonly Crash['at'][]>>;

/** The same for the effects that end workflows, by what is done to those. */
export const endingsOnTheWire: Readonly<Record<Ends, Readonly<Record<Job['operation'], string>>>> = {
  Batch: { Cancel: 'StartBatchOperation', Terminate: 'StartBatchOperation' },
  OneByOne: { Cancel: 'RequestCancelWorkflowExecution', Terminate: 'TerminateWorkflowExecution' },
};

export async function openCrashBed(): Promise<CrashBed> {
  let api: ApiGateway | undefined;
  const bed = await openDrainBed({
    sidecar: async (plane) => {
      api = await startApiGateway(plane);
      return { kubeconfig: api.kubeconfig, args };
    },
  });
  const gateway = await startTemporalGateway(bed.temporal.address, { tls: false });
  const { stop } = bed;
  return Object.assign(bed, {
    gateway,
    crashAt: async ({ when, at }: Crash, cause: () => Promise<unknown>) => {
      let isReached = false;
      const kill = () => {
        if (isReached) return;
        isReached = true;
        bed.sidecar.signal('SIGKILL');
      };
      const intervention = <T>(lost: T) => {
        if (when === 'after') return { done: kill };
        kill();
        return lost;
      };
      gateway.intervene((method) => (method === at ? intervention('lost' as const) : undefined));
      api!.intervene((request) => (at instanceof RegExp && at.test(request) ? intervention({ code: 500 }) : undefined));
      await cause();
      await until({ what: `the sidecar to be killed ${when} ${at}`, look: () => isReached, isSo: (is) => is, limitMs: 40_000 });
      await bed.sidecar.ended;
      gateway.intervene(() => undefined);
      api!.intervene(() => undefined);
      bed.sidecar = await startSidecar({ kubeconfig: api!.kubeconfig, args });
    },
    stop: async () => {
      await stop();
      await gateway.stop();
      await api?.stop();
    },
  });
}

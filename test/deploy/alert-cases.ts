/** Series over time, and which alerts of deploy/monitoring they make fire. */

export interface AlertCase {
  readonly title: string;
  /** In Prometheus' notation, a value a minute. */
  readonly series: Readonly<Record<string, string>>;
  /** Minutes after which one looks. */
  readonly at: number;
  readonly fires: readonly string[];
}

const own = 'namespace="sales",process="l2o"';
/** What one replica of the sidecar tells of a Process. */
const sidecar = (metric: string, labels = '', pod = 'sidecar-a') => `process_${metric}{${own},pod="${pod}"${labels && `,${labels}`}}`;
const backlog = (type: string, pod?: string) => sidecar('queue_backlog_tasks', `queue_type="${type}"`, pod);
const age = (type: string) => sidecar('queue_backlog_age_seconds', `queue_type="${type}"`);
const condition = (type: string, status: string) => sidecar('condition', `type="${type}",status="${status}"`);
const drain = (metric: string) => sidecar(`drain_${metric}`);
/** What a worker tells: the SDK's namespace is Temporal's, so Prometheus renames it. */
const worker = (metric: string, labels = '', pod = 'l2o-1') =>
  `temporal_${metric}{${own},exported_namespace="sales-process",task_queue="l2o-tq",track="stable",pod="${pod}"${labels && `,${labels}`}}`;

const cronJob = (time: string, name = 'l2o-sla-slow') => `kube_cronjob_status_${time}{namespace="sales",cronjob="${name}"}`;
const suspended = 'kube_cronjob_spec_suspend{namespace="sales",cronjob="l2o-sla-slow"}';
const quarters = Array.from({ length: 10 }, (_, at) => `${900 * at}x14`).join(' ');
const beside = { [condition('Ready', 'True')]: '1x300' };

/** Somebody leads, unless a case is about that. */
export const leader = 'process_sidecar_leader{namespace="ameide-system",pod="sidecar-a"}';

const pollers: readonly AlertCase[] = [
  {
    title: 'tasks wait, and the last poller is gone',
    series: {
      [sidecar('pollers_live')]: '2x5 0x20',
      [backlog('workflow')]: '0x5 3x20',
      [sidecar('running_workflows')]: '5x26',
      [sidecar('workers_desired')]: '2x26',
    },
    at: 15,
    fires: ['ProcessNoPollers'],
  },
  {
    title: 'activities wait that belong to workflows of another queue, and nobody polls',
    series: { [sidecar('pollers_live')]: '0x20', [backlog('activity')]: '3x20', [sidecar('running_workflows')]: '0x20' },
    at: 15,
    fires: ['ProcessNoPollers'],
  },
  {
    title: 'scaled to zero though tasks wait',
    series: {
      [sidecar('pollers_live')]: '0x20',
      [sidecar('workers_desired')]: '0x20',
      [backlog('workflow')]: '3x20',
      [condition('WorkersReady', 'False')]: '1x20',
      [condition('Degraded', 'True')]: '1x20',
    },
    at: 18,
    fires: ['ProcessNoPollers'],
  },
  {
    title: 'an idle queue that is scaled to zero',
    series: {
      [sidecar('pollers_live')]: '0x60',
      [sidecar('workers_desired')]: '0x60',
      [backlog('workflow')]: '0x60',
      [backlog('activity')]: '0x60',
      [age('workflow')]: '0x60',
      [sidecar('running_workflows')]: '5x60',
      [condition('WorkersReady', 'False')]: '1x60',
      [condition('Degraded', 'True')]: '1x60',
    },
    at: 50,
    fires: [],
  },
  {
    title: 'an idle queue whose workers poll',
    series: {
      [sidecar('pollers_live')]: '2x60',
      [sidecar('workers_desired')]: '2x60',
      [backlog('workflow')]: '0x60',
      [age('workflow')]: '0x60',
      [sidecar('running_workflows')]: '0x60',
      [condition('WorkersReady', 'True')]: '1x60',
      [condition('Degraded', 'False')]: '1x60',
      [worker('workflow_task_schedule_to_start_latency_seconds_bucket', 'le="10"')]: '9x60',
      [worker('workflow_task_schedule_to_start_latency_seconds_bucket', 'le="+Inf"')]: '9x60',
      [worker('worker_task_slots_available', 'worker_type="WorkflowWorker"')]: '100x60',
    },
    at: 50,
    fires: [],
  },
  {
    title: 'tasks of workflows that were terminated',
    series: {
      [sidecar('pollers_live')]: '0x60',
      [backlog('workflow')]: '6x60',
      [age('workflow')]: '600+60x60',
      [sidecar('running_workflows')]: '0x60',
      [sidecar('running_workflows_answer_age_seconds')]: '240x60',
    },
    at: 50,
    fires: [],
  },
  {
    title: 'the first workflow of an idle queue without workers, since none was found',
    series: {
      [sidecar('pollers_live')]: '0x60',
      [backlog('workflow')]: '0x10 1x50',
      [age('workflow')]: '0x10 0+60x50',
      [sidecar('running_workflows')]: '0x60',
      [sidecar('running_workflows_answer_age_seconds')]: '600+60x60',
    },
    at: 17,
    fires: ['ProcessNoPollers'],
  },
  {
    title: 'a deploy that takes four minutes',
    series: {
      [sidecar('pollers_live')]: '2x5 0x3 2x20',
      [backlog('workflow')]: '0x5 9 20 30 40 0x20',
      [age('workflow')]: '0x5 60 120 180 240 0x20',
      [sidecar('running_workflows')]: '50x30',
      [condition('WorkersReady', 'True')]: '1x5 _x4 1x20',
      [condition('WorkersReady', 'False')]: '_x6 1x3 _x20',
      [worker('workflow_task_schedule_to_start_latency_milliseconds_bucket', 'le="5000"')]: '0+10x5 _x30',
      [worker('workflow_task_schedule_to_start_latency_milliseconds_bucket', 'le="+Inf"')]: '0+10x5 _x30',
      [worker('workflow_task_schedule_to_start_latency_milliseconds_bucket', 'le="5000"', 'l2o-2')]: '_x9 0 0 10+10x20',
      [worker('workflow_task_schedule_to_start_latency_milliseconds_bucket', 'le="100000"', 'l2o-2')]: '_x9 0 40 50+10x20',
      [worker('workflow_task_schedule_to_start_latency_milliseconds_bucket', 'le="+Inf"', 'l2o-2')]: '_x9 0 40 50+10x20',
    },
    at: 14,
    fires: [],
  },
  {
    title: 'a restart of the sidecar',
    series: {
      [leader]: '1x10 stale',
      'process_sidecar_leader{namespace="ameide-system",pod="sidecar-b"}': '0x11 1x40',
      [sidecar('pollers_live')]: '2x10 stale',
      [sidecar('pollers_live', '', 'sidecar-b')]: '_x12 0 2x40',
      [backlog('workflow')]: '4x10 stale',
      [backlog('workflow', 'sidecar-b')]: '_x12 4x40',
      [condition('WorkersReady', 'True')]: '1x10 stale',
      [sidecar('condition', 'type="WorkersReady",status="True"', 'sidecar-b')]: '_x12 1x40',
    },
    at: 16,
    fires: [],
  },
  {
    title: 'a trouble goes on while another replica takes over',
    series: {
      [leader]: '1x10 stale',
      'process_sidecar_leader{namespace="ameide-system",pod="sidecar-b"}': '0x10 1x40',
      [sidecar('pollers_live')]: '0x10 stale',
      [sidecar('pollers_live', '', 'sidecar-b')]: '_x10 0x40',
      [backlog('workflow')]: '4x10 stale',
      [backlog('workflow', 'sidecar-b')]: '_x10 4x40',
    },
    at: 12,
    fires: ['ProcessNoPollers'],
  },
];

const failed = (reason: string) => `failure_reason="${reason}"`;
const latency = 'workflow_task_schedule_to_start_latency';

const workers: readonly AlertCase[] = [
  {
    title: 'the first workflow task that does not replay, as the TypeScript SDK counts',
    series: { [worker('workflow_task_execution_failed', failed('NonDeterminismError'))]: '_x10 1x30' },
    at: 13,
    fires: ['ProcessNondeterminism'],
  },
  {
    title: 'workflow tasks that do not replay, with suffix, on a worker that had failures before',
    series: { [worker('workflow_task_execution_failed_total', failed('NonDeterminismError'))]: '7x60 7+1x20' },
    at: 66,
    fires: ['ProcessNondeterminism'],
  },
  {
    title: 'a failure an hour ago, and scrapes that were missed since',
    series: { [worker('workflow_task_execution_failed_total', failed('NonDeterminismError'))]: '_x5 1x30 _x20 1x30' },
    at: 58,
    fires: [],
  },
  {
    title: 'workflow tasks that fail for another reason',
    series: { [worker('workflow_task_execution_failed_total', failed('WorkflowError'))]: '0+5x30' },
    at: 20,
    fires: [],
  },
  {
    title: 'an answer that is too large',
    series: { [worker('workflow_task_execution_failed_total', failed('GrpcMessageTooLarge'))]: '_x5 1+1x30' },
    at: 8,
    fires: ['ProcessGrpcMessageTooLarge'],
  },
  {
    title: 'an activity whose result is too large, once, and long ago',
    series: { [worker('activity_execution_failed', failed('GrpcMessageTooLarge'))]: '_x5 1x60' },
    at: 40,
    fires: [],
  },
  {
    title: 'workflow tasks that wait, in milliseconds without a unit in the name',
    series: {
      [worker(`${latency}_bucket`, 'le="5000"')]: '0+1x30',
      [worker(`${latency}_bucket`, 'le="10000"')]: '0+10x30',
      [worker(`${latency}_bucket`, 'le="+Inf"')]: '0+10x30',
    },
    at: 15,
    fires: ['ProcessWorkflowTasksLate'],
  },
  {
    title: 'workflow tasks that wait, in milliseconds that are named',
    series: {
      [worker(`${latency}_milliseconds_bucket`, 'le="5000.0"')]: '0x30',
      [worker(`${latency}_milliseconds_bucket`, 'le="100000.0"')]: '0+10x30',
      [worker(`${latency}_milliseconds_bucket`, 'le="+Inf"')]: '0+10x30',
    },
    at: 15,
    fires: ['ProcessWorkflowTasksLate'],
  },
  {
    title: 'workflow tasks that wait, in seconds',
    series: {
      [worker(`${latency}_seconds_bucket`, 'le="5"')]: '0x30',
      [worker(`${latency}_seconds_bucket`, 'le="10"')]: '0+10x30',
      [worker(`${latency}_seconds_bucket`, 'le="+Inf"')]: '0+10x30',
    },
    at: 15,
    fires: ['ProcessWorkflowTasksLate'],
  },
  {
    title: 'workflow tasks that are taken within a second, in milliseconds and in seconds',
    series: {
      [worker(`${latency}_bucket`, 'le="1000"')]: '0+10x30',
      [worker(`${latency}_bucket`, 'le="5000"')]: '0+10x30',
      [worker(`${latency}_bucket`, 'le="+Inf"')]: '0+10x30',
      [worker(`${latency}_seconds_bucket`, 'le="1"', 'l2o-2')]: '0+10x30',
      [worker(`${latency}_seconds_bucket`, 'le="+Inf"', 'l2o-2')]: '0+10x30',
    },
    at: 15,
    fires: [],
  },
  {
    title: 'starts that Temporal refuses',
    series: {
      [worker('request_failure_total', 'operation="StartWorkflowExecution",status_code="RESOURCE_EXHAUSTED"')]: '0x5 0+3x20',
    },
    at: 10,
    fires: ['ProcessTemporalResourceExhausted'],
  },
  {
    title: 'calls that fail for another reason',
    series: { [worker('request_failure_total', 'operation="StartWorkflowExecution",status_code="UNAVAILABLE"')]: '0+3x20' },
    at: 10,
    fires: [],
  },
  {
    title: 'every worker is full, and tasks wait',
    series: {
      [worker('worker_task_slots_available', 'worker_type="ActivityWorker"')]: '3x2 0x20',
      [worker('worker_task_slots_available', 'worker_type="ActivityWorker"', 'l2o-2')]: '0x20',
      [backlog('activity')]: '8x20',
      [sidecar('pollers_live')]: '2x20',
    },
    at: 8,
    fires: ['ProcessWorkerSlotsExhausted'],
  },
  {
    title: 'one of two workers is full',
    series: {
      [worker('worker_task_slots_available', 'worker_type="ActivityWorker"')]: '0x20',
      [worker('worker_task_slots_available', 'worker_type="ActivityWorker"', 'l2o-2')]: '1x20',
      [backlog('activity')]: '8x20',
    },
    at: 8,
    fires: [],
  },
  {
    title: 'every worker is full, and nothing waits',
    series: {
      [worker('worker_task_slots_available', 'worker_type="ActivityWorker"')]: '0x20',
      [backlog('activity')]: '0x20',
      [backlog('workflow')]: '0x20',
    },
    at: 8,
    fires: [],
  },
];

const processes: readonly AlertCase[] = [
  {
    title: 'workers that are not Ready',
    series: { [condition('WorkersReady', 'False')]: '1x30', [condition('Degraded', 'True')]: '1x30', [sidecar('workers_desired')]: '2x30' },
    at: 20,
    fires: ['ProcessNotReady'],
  },
  {
    title: 'workers that are not Ready, and then cannot be looked at',
    series: {
      [condition('WorkersReady', 'False')]: '1x10 stale',
      [condition('WorkersReady', 'Unknown')]: '_x11 1x30',
      [sidecar('workers_desired')]: '2x40',
    },
    at: 18,
    fires: ['ProcessNotReady'],
  },
  {
    title: 'a roll-out of ten minutes',
    series: { [condition('WorkersReady', 'False')]: '1x10 stale', [condition('WorkersReady', 'True')]: '_x11 1x30' },
    at: 16,
    fires: [],
  },
  {
    title: 'a Process that is impaired, though its workers are Ready',
    series: { [condition('WorkersReady', 'True')]: '1x30', [condition('Degraded', 'True')]: '1x30', [sidecar('workers_desired')]: '2x30' },
    at: 20,
    fires: ['ProcessDegraded'],
  },
  {
    title: 'a backlog that grows older',
    series: { [backlog('activity')]: '5+1x40', [age('activity')]: '0+60x40', [sidecar('running_workflows')]: '9x40' },
    at: 20,
    fires: ['ProcessBacklogGrowing'],
  },
  {
    title: 'a backlog that is worked off',
    series: { [backlog('activity')]: '900-20x40', [age('activity')]: '4000-60x40', [sidecar('running_workflows')]: '900x40' },
    at: 20,
    fires: [],
  },
  {
    title: 'a newer version for two days',
    series: { [sidecar('definition_newest_version')]: '4x3000', [sidecar('definition_pinned_version', 'track="stable"')]: '3x3000' },
    at: 2000,
    fires: ['ProcessVersionOutdated'],
  },
  {
    title: 'a newer version that the canary tries',
    series: {
      [sidecar('definition_newest_version')]: '4x3000',
      [sidecar('definition_pinned_version', 'track="stable"')]: '3x3000',
      [sidecar('definition_pinned_version', 'track="canary"')]: '4x3000',
    },
    at: 2000,
    fires: [],
  },
  {
    title: 'the newest version',
    series: { [sidecar('definition_newest_version')]: '4x3000', [sidecar('definition_pinned_version', 'track="stable"')]: '4x3000' },
    at: 2000,
    fires: [],
  },
  {
    title: 'workflows that breach their SLA',
    series: { [sidecar('sla_breaching_workflows', 'check="approval",severity="critical"')]: '0x5 2x20' },
    at: 10,
    fires: ['ProcessSlaBreaching'],
  },
  {
    title: 'workflows within their SLA',
    series: { [sidecar('sla_breaching_workflows', 'check="approval",severity="critical"')]: '0x20' },
    at: 10,
    fires: [],
  },
  {
    title: 'workflows that breached their SLA before the drain, which suspends its check',
    series: { [sidecar('sla_breaching_workflows', 'check="approval",severity="critical"')]: '2x5 stale' },
    at: 10,
    fires: [],
  },
];

/** Times are in seconds, as kube-state-metrics tells them; one looks from minute 0 on. */
const schedules: readonly AlertCase[] = [
  {
    title: 'a check whose last run failed',
    series: { ...beside, [cronJob('last_schedule_time')]: '60x9 600x200', [cronJob('last_successful_time')]: '70x210' },
    at: 120,
    fires: ['ProcessScheduleFailing'],
  },
  {
    title: 'a check that never succeeded',
    series: { ...beside, [cronJob('last_schedule_time')]: '60x200', [suspended]: '0x200' },
    at: 60,
    fires: ['ProcessScheduleFailing'],
  },
  {
    title: 'a check that looks each quarter of an hour and fails since an hour and three quarters',
    series: { ...beside, [cronJob('last_schedule_time')]: quarters, [cronJob('last_successful_time')]: '10x200' },
    at: 110,
    fires: ['ProcessScheduleFailing'],
  },
  {
    title: 'a weekly check that looked hours ago',
    series: { ...beside, [cronJob('last_schedule_time')]: '60x300', [cronJob('last_successful_time')]: '70x300' },
    at: 240,
    fires: [],
  },
  {
    title: 'a check that looks again for half an hour now, hours after the last time',
    series: { ...beside, [cronJob('last_schedule_time')]: '60x149 9000x100', [cronJob('last_successful_time')]: '70x250' },
    at: 180,
    fires: [],
  },
  {
    title: 'a check of each minute that is always on when one looks',
    series: { ...beside, [cronJob('last_schedule_time')]: '0+60x200', [cronJob('last_successful_time')]: '-50+60x200' },
    at: 180,
    fires: [],
  },
  {
    title: 'a check that failed before the drain suspended it',
    series: { ...beside, [cronJob('last_schedule_time')]: '60x200', [suspended]: '1x200' },
    at: 120,
    fires: [],
  },
  {
    title: 'a CronJob of such a name where no Process is',
    series: { [cronJob('last_schedule_time')]: '60x200' },
    at: 120,
    fires: [],
  },
  {
    title: 'a CronJob of another name beside a Process',
    series: { ...beside, [cronJob('last_schedule_time', 'backup')]: '60x200' },
    at: 120,
    fires: [],
  },
];

const sidecars: readonly AlertCase[] = [
  { title: 'no sidecar at all', series: { [leader]: '1x5 stale' }, at: 15, fires: ['ProcessSidecarDown'] },
  { title: 'replicas that both only wait', series: { [leader]: '1x5 0x20' }, at: 15, fires: ['ProcessSidecarDown'] },
  {
    title: 'answers that grow old, though Temporal is well',
    series: { [sidecar('queue_answer_age_seconds')]: '0+60x40', [condition('TemporalHealthy', 'True')]: '1x40' },
    at: 20,
    fires: ['ProcessAnswersStale'],
  },
  {
    title: 'answers that grow old because Temporal is silent',
    series: { [sidecar('queue_answer_age_seconds')]: '0+60x40', [condition('TemporalHealthy', 'False')]: '1x40' },
    at: 20,
    fires: [],
  },
  {
    title: 'statuses that cannot be written',
    series: { 'process_sidecar_status_writes_total{namespace="ameide-system",result="failed"}': '0+1x40' },
    at: 20,
    fires: ['ProcessStatusWritesFail'],
  },
  {
    title: 'statuses that could not be written for a moment',
    series: { 'process_sidecar_status_writes_total{namespace="ameide-system",result="failed"}': '0 1 2 3 3x40' },
    at: 12,
    fires: [],
  },
];

const drains: readonly AlertCase[] = [
  {
    title: 'a drain that gets on',
    series: {
      [drain('running_workflows')]: '200-1x180',
      [drain('started_timestamp_seconds')]: '0x180',
      [drain('late_workflows')]: '0x180',
    },
    at: 150,
    fires: [],
  },
  {
    title: 'a drain that has only begun',
    series: { [drain('running_workflows')]: '3x40', [drain('started_timestamp_seconds')]: '0x40', [drain('late_workflows')]: '0x40' },
    at: 40,
    fires: [],
  },
  {
    title: 'a drain that has not got on for an hour',
    series: { [drain('running_workflows')]: '3x100', [drain('started_timestamp_seconds')]: '0x100', [drain('late_workflows')]: '0x100' },
    at: 90,
    fires: ['ProcessDrainStuck'],
  },
  {
    title: 'a drain that was done an hour ago',
    series: {
      [drain('running_workflows')]: '0x100',
      [drain('started_timestamp_seconds')]: '0x100',
      [drain('deadline_timestamp_seconds')]: '60x100',
    },
    at: 90,
    fires: [],
  },
  {
    title: 'a drain past its deadline',
    series: { [drain('running_workflows')]: '9-1x8', [drain('deadline_timestamp_seconds')]: '120x8' },
    at: 6,
    fires: ['ProcessDrainPastDeadline'],
  },
  {
    title: 'a drain before its deadline',
    series: { [drain('running_workflows')]: '9-1x8', [drain('deadline_timestamp_seconds')]: '7200x8' },
    at: 6,
    fires: [],
  },
  {
    title: 'workflows that are started all the same',
    series: { [drain('late_workflows')]: '0 0 1 2 3 4 5 6 7 8 9', [drain('running_workflows')]: '10x10' },
    at: 9,
    fires: ['ProcessStartsWhileDraining'],
  },
];

export const alertCases: readonly AlertCase[] = [...pollers, ...workers, ...processes, ...schedules, ...sidecars, ...drains];

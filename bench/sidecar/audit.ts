/** Who asked the API server for what, by its own audit log: what is counted is not what the sidecar says of itself. */
import { closeSync, fstatSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource: string; readonly subresource?: string };
}

export interface Audit {
  readonly apiserverArgs: readonly string[];
  /** What was asked for since the last call. */
  since(): Asked[];
}

export interface Asked {
  readonly user: string;
  readonly verb: string;
  /** `processes/status` */
  readonly resource: string;
}

const writes: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

export function isWrite({ verb }: Asked): boolean {
  return writes.has(verb);
}

/** Of these users only, so that the log costs the API server nothing else. A watch is counted when it is opened. */
export function openAudit(scratch: string, users: readonly string[]): Audit {
  const [policyFile, log] = [join(scratch, 'audit-policy.json'), join(scratch, 'audit.log')];
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived', 'Panic'],
    rules: [{ level: 'Metadata', users }, { level: 'None' }],
  };
  writeFileSync(policyFile, JSON.stringify(policy));
  writeFileSync(log, '');
  let read = 0;
  return {
    apiserverArgs: [`--audit-policy-file=${policyFile}`, `--audit-log-path=${log}`],
    since: () => {
      const text = readFrom(log, read);
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      read += Buffer.byteLength(whole);
      return whole.split('\n').filter(Boolean).flatMap(asked);
    },
  };
}

function asked(line: string): Asked[] {
  const { stage, verb, user, objectRef } = JSON.parse(line) as AuditEvent;
  if ((stage === 'ResponseStarted') !== (verb === 'watch')) return [];
  const { resource = '', subresource } = objectRef ?? {};
  return [{ user: user.username, verb, resource: subresource ? `${resource}/${subresource}` : resource }];
}

function readFrom(file: string, offset: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(fstatSync(descriptor).size - offset, 0));
    const length = readSync(descriptor, bytes, 0, bytes.length, offset);
    return bytes.subarray(0, length).toString();
  } finally {
    closeSync(descriptor);
  }
}

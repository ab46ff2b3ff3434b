/** Part of the build: bundles the workflows once, so that a worker is up in a second and needs no writable folder. */
import { writeFileSync } from 'node:fs';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const beside = (name: string) => new URL(name, import.meta.url).pathname;
const { code } = await bundleWorkflowCode({ workflowsPath: beside('./workflows.js'), logger: new DefaultLogger('WARN') });
writeFileSync(beside('./workflow-bundle.cjs'), code);

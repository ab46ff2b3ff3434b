/**
 * What has to agree about one Process in a rendered stream: one function each, so that a rule is a function and a line. What an outer
 * kustomization may well change (replicas, resources, labels, annotations, variables of the user's own) is not looked at. Pure.
 */
import { annotation, deploymentName, env, selectorLabel, specHash, type Track, tracks } from '../names.ts';
import { withPins } from '../pin.ts';
import { type Problem, problem } from '../problem.ts';
import type { Pin } from '../process.ts';
import { deploymentStrategy, selector, wantedTracks, workerImage } from '../render/deployment.ts';
import { ownVariables, workerEnv } from '../render/worker-env.ts';
import { annotationOf, isSame, namespaceOf, objectsAt, type Resource, referTo, valueAt } from '../resource.ts';
import { trackOfDeployment } from '../track.ts';
import { guardCanHold } from './guard-holds.ts';
import { definitionsMounted } from './mounted-definitions.ts';
import { containerField, templatePath, workerContainer } from './pod-template.ts';
import { broken, definitionsIn, type Rendered, show } from './rendered-process.ts';
import { scheduleRightsAgree, schedulesAgree } from './schedules-agree.ts';
import { secretsAreReadable } from './secrets-readable.ts';

const setInProcess = 'set it in the Process, before the function runs';

export type RenderedCheck = (seen: Rendered) => Problem[];

/** In the order in which one cause explains the next. The keys are the names of the checks in reports. */
export const renderedChecks = {
  definition: definitionsAreThere,
  workers: workersAreThere,
  spec: specIsTheRenderedOne,
  image: imageAgrees,
  rollout: rolloutAgrees,
  selector: selectorAgrees,
  env: variablesAgree,
  mount: (seen) => seen.deployments.flatMap((deployment) => definitionsMounted(seen, deployment)),
  secrets: secretsAreReadable,
  schedules: schedulesAgree,
  rights: scheduleRightsAgree,
  guard: guardCanHold,
} as const satisfies Record<string, RenderedCheck>;

function definitionsAreThere({ item, process, pin, retained, definitions, children }: Rendered): Problem[] {
  const { tenantId } = process.spec.definitionRef;
  const read = (wanted: Pin, role: 'pin' | 'canary' | 'retained', field: string) => {
    const text = definitions.read(wanted, tenantId, role, field);
    return typeof text === 'string' ? [] : [{ ...text, resource: referTo(item) }];
  };
  const canary = process.spec.rollout?.canary?.pin;
  const checksums = new Set([pin, ...(canary ? [canary] : []), ...retained].map(({ checksum }) => checksum));
  const isPinned = (child: Resource) => checksums.has(annotationOf(child, annotation.definitionChecksum) ?? '');
  const mutable = children.filter((child) => child.kind === 'ConfigMap' && isPinned(child) && child.immutable !== true);
  return [
    ...read(pin, 'pin', 'spec.definitionRef.pin'),
    ...(canary ? read(canary, 'canary', 'spec.rollout.canary.pin') : []),
    ...retained.flatMap((one, at) => read(one, 'retained', `spec.definitionRef.retained[${at}]`)),
    ...mutable.map((child) =>
      broken(
        child,
        'immutable',
        { wanted: true, found: child.immutable },
        'a definition must not be edited under its workers; set it to true',
      ),
    ),
  ];
}

function workersAreThere(seen: Rendered): Problem[] {
  const { item, process, renderedAs, deployments, children } = seen;
  if (deployments.length === 0) return [notRendered(item)];
  const renamed = renderedAs !== process.metadata.name;
  return [
    ...(renamed ? [renamedProcess(item, renderedAs)] : []),
    ...tracks.flatMap((track) => workersOfTrack(seen, track)),
    ...children.flatMap((child) => namespaceDiffers(child, item)),
  ];
}

function workersOfTrack({ item, process, renderedAs, deployments }: Rendered, track: Track): Problem[] {
  const own = deployments.filter((deployment) => trackOfDeployment(deployment) === track);
  const wanted = deploymentName(renderedAs, track);
  const [first, ...more] = [...own].sort((a, b) => Number(referTo(b).name === wanted) - Number(referTo(a).name === wanted));
  if (!wantedTracks(process).includes(track)) {
    const message = `is of track ${track}, and Process "${renderedAs}" has none; render again`;
    return own.map((deployment) => broken(deployment, 'metadata.name', { found: referTo(deployment).name }, message));
  }
  if (!first)
    return [
      problem('NotRendered', `no worker Deployment of track ${track} was generated for it; render again`, { resource: referTo(item) }),
    ];
  const name = referTo(first).name;
  const isMisnamed = renderedAs === process.metadata.name && name !== wanted;
  const misnamed = `should be "${wanted}"; rename in the kustomization that runs the function`;
  return [
    ...(isMisnamed ? [broken(first, 'metadata.name', { wanted, found: name }, misnamed)] : []),
    ...more.map((other) =>
      broken(
        other,
        'metadata.name',
        { found: referTo(other).name },
        `Process "${renderedAs}" has another worker Deployment already; remove one`,
      ),
    ),
  ];
}

export function notRendered(item: Resource): Problem {
  const how =
    'was the function skipped? Use `kustomize build --enable-alpha-plugins --enable-exec`, not `kubectl kustomize`, or commit rendered manifests';
  return problem('NotRendered', `no worker Deployment was generated for it; ${how}`, { resource: referTo(item) });
}

function renamedProcess(item: Resource, renderedAs: string): Problem {
  const message = `was rendered as "${renderedAs}" and renamed afterwards: PROCESS_NAME, selector and owner still say "${renderedAs}"; move the namePrefix or nameSuffix into the kustomization that runs the function`;
  return broken(item, 'metadata.name', { wanted: renderedAs, found: referTo(item).name }, message);
}

function namespaceDiffers(child: Resource, item: Resource): Problem[] {
  const [found, wanted] = [namespaceOf(child), namespaceOf(item)];
  if (found === wanted) return [];
  const say = (namespace: string) => (namespace === '' ? 'no namespace' : `namespace "${namespace}"`);
  return [
    broken(child, 'metadata.namespace', { wanted, found }, `has ${say(found)}, its Process has ${say(wanted)}; set one for all of them`),
  ];
}

function specIsTheRenderedOne({ item, process, pin, retained, deployments }: Rendered): Problem[] {
  const { spec } = process;
  const path = `metadata.annotations[${annotation.renderedFrom}]`;
  const wanted = specHash({ ...spec, definitionRef: withPins(spec.definitionRef, { pin, retained }) });
  const claimed = annotationOf(item, annotation.renderedFrom);
  const own =
    claimed === wanted
      ? []
      : [
          broken(
            item,
            path,
            { wanted, found: claimed },
            claimed === undefined
              ? 'is missing: the render sets it; do not remove annotations after the render'
              : `the spec was changed after the render (${claimed} was rendered, ${wanted} is here); make the change before the function runs`,
          ),
        ];
  const others = deployments.flatMap((deployment) => {
    const found = annotationOf(deployment, annotation.renderedFrom);
    if (found === (claimed ?? wanted)) return [];
    return [
      broken(
        deployment,
        path,
        { wanted: claimed ?? wanted, found },
        `was rendered from another spec (${found ?? 'none is named'}) than its Process (${claimed ?? wanted}); render again`,
      ),
    ];
  });
  return [...own, ...others];
}

function imageAgrees({ process, deployments }: Rendered): Problem[] {
  return deployments.flatMap((deployment) => {
    const wanted = workerImage(process, trackOfDeployment(deployment));
    const worker = workerContainer(deployment);
    if (!worker)
      return [broken(deployment, containerField(''), {}, 'the worker container is gone; do not rename or remove it after the render')];
    if (worker.image === wanted) return [];
    const message = `is ${show(worker.image)}, the Process says ${show(wanted)}; set the image in the Process (\`images:\` does not reach it)`;
    return [broken(deployment, containerField('image'), { wanted, found: worker.image }, message)];
  });
}

/** How workers start and are replaced is the Process's. Other replicas will do; none are worth a warning, since nobody would poll. */
function rolloutAgrees({ process, deployments }: Rendered): Problem[] {
  const { worker = {} } = process.spec;
  const wanted = deploymentStrategy(process);
  return deployments.flatMap((deployment) => {
    const type = valueAt(deployment, 'spec', 'strategy', 'type');
    const commands = (['command', 'args'] as const).filter((name) => !isSame(workerContainer(deployment)?.[name], worker[name]));
    const isStopped = valueAt(deployment, 'spec', 'replicas') === 0 && worker.replicas !== 0;
    return [
      ...(type === wanted
        ? []
        : [
            broken(
              deployment,
              'spec.strategy.type',
              { wanted, found: type },
              `is ${show(type)}, the Process implies ${wanted}; ${setInProcess}`,
            ),
          ]),
      ...(valueAt(deployment, 'spec', 'paused') === true
        ? [broken(deployment, 'spec.paused', { found: true }, 'is true, so that no change would reach the workers; remove it')]
        : []),
      // Not shown: a command line may hold what is secret.
      ...commands.map((name) => broken(deployment, containerField(name), {}, `is not what the Process says; ${setInProcess}`)),
      ...(isStopped
        ? [
            {
              ...broken(
                deployment,
                'spec.replicas',
                { found: 0 },
                'is 0, which the Process does not ask for; its workflows would wait for workers',
              ),
              severity: 'warning' as const,
            },
          ]
        : []),
    ];
  });
}

function selectorAgrees({ process, renderedAs, deployments }: Rendered): Problem[] {
  const rendered = { ...process, metadata: { ...process.metadata, name: renderedAs } };
  return deployments.flatMap((deployment) => {
    const wanted = selector(rendered, trackOfDeployment(deployment));
    const found = valueAt(deployment, 'spec', 'selector');
    const labels = valueAt(deployment, ...templatePath, 'metadata', 'labels');
    const own = valueAt(deployment, 'metadata', 'labels', selectorLabel.process);
    const problems: Problem[] = [];
    if (!isSame(found, { matchLabels: wanted })) {
      const message = `is ${show(found)}, the Process implies ${show({ matchLabels: wanted })}; use \`labels:\` without includeSelectors`;
      problems.push(broken(deployment, 'spec.selector', { wanted: { matchLabels: wanted }, found }, message));
    }
    for (const [label, value] of Object.entries(wanted)) {
      const there = valueAt(labels, label);
      if (there === value) continue;
      const message = `is ${show(there)}, the selector needs "${value}"; leave this label to the tool`;
      problems.push(broken(deployment, `spec.template.metadata.labels[${label}]`, { wanted: value, found: there }, message));
    }
    if (own !== wanted[selectorLabel.process]) {
      const message = `is ${show(own)}, should be "${wanted[selectorLabel.process]}"; leave this label to the tool`;
      problems.push(
        broken(deployment, `metadata.labels[${selectorLabel.process}]`, { wanted: wanted[selectorLabel.process], found: own }, message),
      );
    }
    return problems;
  });
}

/** Stands for the address that the function's configuration gives. */
const anyAddress = 'HOST:PORT';

/** Only our own variables; where the Process leaves the address to the function's configuration, any one address will do. */
function variablesAgree(seen: Rendered): Problem[] {
  const { process, renderedAs, deployments } = seen;
  const rendered = { ...process, metadata: { ...process.metadata, name: renderedAs } };
  const isAnyAddress = process.spec.temporal.address === undefined;
  return deployments.flatMap((deployment) => {
    const [pin] = definitionsIn(seen, trackOfDeployment(deployment));
    const wanted = new Map(workerEnv(rendered, { pin, text: '' }, anyAddress).map((variable) => [variable.name, variable]));
    const found = objectsAt(workerContainer(deployment), 'env');
    return ownVariables(process.spec).flatMap((name) => {
      const [variable, ...more] = found.filter((one) => one.name === name);
      const expected = wanted.get(name);
      if (!variable && !expected) return [];
      const at = containerField(`env[name=${name}]`);
      if (more.length > 0) return [broken(deployment, at, {}, `is there ${more.length + 1} times; remove what was added after the render`)];
      if (name === env.address && isAnyAddress && typeof variable?.value === 'string' && variable.value !== '') return [];
      if (isSame(variable, expected)) return [];
      const [is, should] = [contentOf(variable), contentOf(expected)];
      const message = `is ${show(is)}, the Process implies ${show(should)}; ${setInProcess}`;
      return [broken(deployment, at, { wanted: should, found: is }, message)];
    });
  });
}

/** A variable's value, or where it comes from. Nothing secret: secrets are by reference only, and these variables are the tool's own. */
function contentOf(variable: Readonly<Record<string, unknown>> | object | undefined): unknown {
  const { value, valueFrom } = (variable ?? {}) as { value?: unknown; valueFrom?: unknown };
  return value ?? valueFrom;
}

/** Whether the sidecar may read the Secrets that a Process names for Temporal, and those alone. Pure. */
import type { Problem } from '../problem.ts';
import { secretsRules, temporalSecrets } from '../render/secrets-role.ts';
import { isSame, nameOf, objectsAt, type Resource, valueAt } from '../resource.ts';
import { broken, type Rendered, show } from './rendered-process.ts';
import { isOfSchedules } from './schedules-agree.ts';

export function secretsAreReadable({ item, process, renderedAs, children }: Rendered): Problem[] {
  const names = temporalSecrets(process.spec);
  const own = children.filter((child) => !isOfSchedules(child, renderedAs));
  const [roles, bindings] = ['Role', 'RoleBinding'].map((kind) => own.filter((child) => child.kind === kind)) as [Resource[], Resource[]];
  if (names.length === 0)
    return [...roles, ...bindings].map((child) =>
      broken(child, 'metadata.name', {}, 'the Process names no Secret for Temporal; render again'),
    );
  const secrets = names.map((name) => `"${name}"`).join(', ');
  const missing = [...(roles.length === 0 ? ['Role'] : []), ...(bindings.length === 0 ? ['RoleBinding'] : [])];
  return [
    ...missing.map((kind) => broken(item, 'spec.temporal', {}, `no ${kind} lets the sidecar read the Secrets ${secrets}; render again`)),
    ...roles.flatMap((role) => rulesAgree(role, names)),
    ...bindings.flatMap((binding) => boundToRole(binding, roles)),
  ];
}

function rulesAgree(role: Resource, names: readonly string[]): Problem[] {
  const wanted = secretsRules(names);
  if (isSame(role.rules, wanted)) return [];
  const message = `is ${show(role.rules)}, the Process implies ${show(wanted)}; rights are rendered, do not add to them`;
  return [broken(role, 'rules', { wanted, found: role.rules }, message)];
}

/** To whom is the function configuration's business; that it is one service account is ours. */
function boundToRole(binding: Resource, roles: readonly Resource[]): Problem[] {
  const role = valueAt(binding, 'roleRef', 'kind') === 'Role' ? valueAt(binding, 'roleRef', 'name') : undefined;
  const subjects = objectsAt(binding, 'subjects');
  const isOne = subjects.length === 1 && subjects[0]!.kind === 'ServiceAccount';
  return [
    ...(roles.length === 0 || roles.some((one) => nameOf(one) === role)
      ? []
      : [
          broken(
            binding,
            'roleRef',
            { found: binding.roleRef },
            `is ${show(binding.roleRef)}, the rendered one is Role "${nameOf(roles[0]!)}"`,
          ),
        ]),
    ...(isOne
      ? []
      : [
          broken(
            binding,
            'subjects',
            { found: binding.subjects },
            `is ${show(binding.subjects)}, should be the one service account of the sidecar`,
          ),
        ]),
  ];
}

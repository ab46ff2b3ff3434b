import { execFileSync, spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { part } from '../testbed/parts.ts';
import { type Bed, processYaml, type Told, withBed } from './pin-bed.ts';

const cli = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
const rendering = suite<{ kustomize: string }>('render as a command');

rendering.before(async (context) => {
  context.kustomize = await part('kustomize');
});

/** The command as a person gives it, in the folder above the package `p`. */
function render({ dir }: Bed, args: readonly string[], input = ''): Told {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'render', ...args], { cwd: dirname(dir), input, encoding: 'utf8' });
  return { status: status ?? -1, stdout, stderr };
}

/** Two Processes that a kustomization lists, and only there; both pinned. */
async function pinned(bed: Bed): Promise<void> {
  bed.define('L2O_v3', 1);
  bed.write({
    'a.yaml': processYaml('a'),
    'below/b.yaml': processYaml('b'),
    'kustomization.yaml': '# ours\nresources:\n- a.yaml # first\n- below\n',
    'below/kustomization.yaml': 'resources:\n- b.yaml\n',
  });
  const { status, stderr } = await bed.pin();
  assert.is(status, 0, stderr);
}

rendering('a Process that is removed takes its generated file out of the kustomization too', ({ kustomize }) =>
  withBed(async (bed) => {
    await pinned(bed);
    assert.is(render(bed, ['p']).status, 0);
    assert.is(bed.read('below/kustomization.yaml'), 'resources:\n- b.yaml\n- b.generated.yaml\n');
    bed.write({
      'below/b.yaml': '',
      'below/kustomization.yaml': 'resources:\n- b.generated.yaml # b\n- c.yaml\n',
      'below/c.yaml': configMap,
    });
    const dry = render(bed, ['p', '--dry-run']);
    assert.is(dry.stdout, 'would be deleted p/below/b.generated.yaml\nwould be changed p/below/kustomization.yaml\n', dry.stderr);
    const { status, stdout, stderr } = render(bed, ['p']);
    assert.is(status, 0, stderr);
    assert.is(stdout, 'deleted p/below/b.generated.yaml\nchanged p/below/kustomization.yaml\n');
    assert.is(bed.read('below/kustomization.yaml'), 'resources:\n- c.yaml\n');
    assert.is(bed.read('kustomization.yaml'), '# ours\nresources:\n- a.yaml # first\n- below\n- a.generated.yaml\n');
    assert.match(execFileSync(kustomize, ['build', bed.dir], { encoding: 'utf8' }), 'name: a-process');
    assert.is(render(bed, ['p']).stdout, 'p: nothing to change\n');
  }),
);

rendering('a generated file that it creates is listed where its Process is, and only there', () =>
  withBed(async (bed) => {
    bed.define('L2O_v3', 1);
    bed.write({
      'a.yaml': processYaml('a'),
      'b.yaml': processYaml('b'),
      'kustomization.yaml': 'resources: [a.yaml]\n',
      'fn.yaml': fnConfig('../definitions'),
    });
    const { status, stdout, stderr } = render(bed, ['p']);
    assert.is(status, 0, stderr);
    assert.match(stdout, 'created p/b.generated.yaml\n');
    assert.is(bed.read('kustomization.yaml'), 'resources: [a.yaml, "a.generated.yaml"]\n');
    // Who takes it out again means it.
    bed.write({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': bed.read('a.yaml').replace('0.7.0', '0.8.0') });
    assert.is(render(bed, ['p']).status, 0);
    assert.is(bed.read('kustomization.yaml'), 'resources: [a.yaml]\n');
  }),
);

rendering('configurations that differ are refused with the folders that they are for', () =>
  withBed(async (bed) => {
    await pinned(bed);
    bed.write({ 'below/fn.yaml': fnConfig('grpc://127.0.0.1:1') });
    const { status, stderr } = render(bed, ['p']);
    assert.is(status, 1);
    assert.is(
      stderr,
      'error FnConfigInvalid: the configurations of p/a.yaml and p/below/b.yaml are not the same; take their folders one by one, or name one with --fn-config\n',
    );
    assert.is(render(bed, ['p/below']).status, 0);
    assert.is(render(bed, ['p', '--fn-config', 'p/below/fn.yaml']).status, 0);
  }),
);

rendering('nothing to render is an error, whatever it is', () =>
  withBed(async (bed) => {
    bed.write({ 'src/c.yaml': configMap, 'comments.yaml': '# nothing\n' });
    const cases: readonly [path: string, says: string][] = [
      ['p/src', 'PackageInvalid: p/src: holds no Process; name a folder that does'],
      ['nosuch', 'PackageInvalid: nosuch: is no file and no folder; correct the path'],
      ['-', 'PackageInvalid: stdin: holds no objects; most likely the command before the pipe failed'],
      ['p/comments.yaml', 'PackageInvalid: p/comments.yaml: holds no objects; name a file with manifests'],
    ];
    for (const [path, says] of cases) assert.equal(render(bed, [path]), { status: 1, stdout: '', stderr: `error ${says}\n` });
    const broken = render(bed, ['-'], 'a: [');
    assert.match(broken.stderr, /^error YamlInvalid: stdin: /);
    assert.equal(render(bed, ['-'], configMap), { status: 0, stdout: configMap, stderr: '' });
  }),
);

rendering('a file without the definitions: they must be in it, or the folder is named', () =>
  withBed(async (bed) => {
    await pinned(bed);
    const file = render(bed, ['p/a.yaml']);
    assert.is(file.status, 1);
    assert.match(file.stderr, /^error DefinitionBytesMissing: Process "a" spec\.definitionRef\.pin \(p\/a\.yaml\): /);
    assert.ok(
      file.stderr.endsWith(
        '; a file must hold the ConfigMaps of its definitions too; put them in, or render their folder: `ameide-process render p`\n',
      ),
      file.stderr,
    );
    assert.match(render(bed, ['-'], bed.read('a.yaml')).stderr, /\(stdin\): .* or render their folder: `ameide-process render DIR`\n$/);
    const whole = `${bed.read('a.yaml')}---\n${bed.read('a.generated.yaml')}`;
    assert.match(render(bed, ['-'], whole).stdout, 'kind: Deployment');
  }),
);

rendering('findings name files and commands as they are seen from outside, for machines too', () =>
  withBed(async (bed) => {
    bed.write({ 'a.yaml': processYaml('a') });
    const { status, stdout, stderr } = render(bed, ['p/', '-o', 'json']);
    assert.is(status, 1);
    assert.match(stderr, /^error PinMissing: Process "a" spec\.definitionRef\.pin \(p\/a\.yaml\): .*`ameide-process pin p --source/);
    const [finding] = JSON.parse(stdout).findings;
    assert.is(finding.file.path, 'p/a.yaml');
    assert.match(finding.message, 'ameide-process pin p ');
  }),
);

rendering('what cannot be edited in place says whose it is', () =>
  withBed(async (bed) => {
    await pinned(bed);
    bed.write({ 'a.yaml': bed.read('a.yaml').replace(/metadata:\n {2}name: a\n/, 'metadata: &m\n  name: a\n') });
    const { status, stderr } = render(bed, ['p']);
    assert.is(status, 1);
    assert.match(stderr, /^error NotEditable: Process "a" \(p\/a\.yaml\): metadata.*; write it out as a plain mapping\n$/);
  }),
);

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n';

function fnConfig(source: string): string {
  return `apiVersion: fn.ameide.io/v1\nkind: ProcessRender\nmetadata: {name: render}\nspec: {source: "${source}"}\n`;
}

rendering.run();

#!/usr/bin/env node
// Writes the parts of README.md and docs/ that follow from the code: reasons, function configuration, file map, metrics, alerts.
// `--check` writes nothing and exits 1 when a part is stale.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { conditionReasons, liveReasons } from '../build/src/condition-reasons.js';
import { reasons } from '../build/src/problem.js';
import { isCounter } from '../build/src/sidecar/metric.js';
import { ownMetrics } from '../build/src/sidecar/own-metrics.js';
import { statusMetrics } from '../build/src/sidecar/status-metrics.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = {
  'README.md': { reasons: reasonTable, 'fn-config': fnConfigTable, files: fileMap },
  'docs/metrics.md': { metrics: metricsTable, alerts: alertSections },
};
for (const [page, parts] of Object.entries(pages)) write(page, parts);

function write(page, parts) {
  const file = `${root}${page}`;
  const before = readFileSync(file, 'utf8');
  let after = before;
  for (const [name, make] of Object.entries(parts)) {
    const [begin, end] = [`<!-- generated: ${name} -->`, '<!-- /generated -->'];
    const from = after.indexOf(begin);
    const to = after.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`${page} has no part "${begin} … ${end}"`);
    after = `${after.slice(0, from + begin.length)}\n${make()}\n${after.slice(to)}`;
  }
  if (after === before) return;
  if (process.argv.includes('--check')) {
    console.log(`${page} is stale. Run \`npm run generate\` and commit.`);
    process.exitCode = 1;
  } else writeFileSync(file, after);
}

function reasonTable() {
  const rows = Object.entries(reasons).map(([reason, inGit]) => {
    const conditions = Object.entries(conditionReasons).filter(([, those]) => those.includes(reason));
    const names = conditions.map(([condition]) => `\`${condition}\``).join(', ');
    const [meaning, nextStep] = inGit.map((words, at) => (liveReasons[reason] ? `${words}<br>*Live:* ${liveReasons[reason][at]}` : words));
    return `| \`${reason}\` | ${names} | ${meaning} | ${nextStep} |`;
  });
  return ['| Reason | Condition | What it means | What to do |', '|---|---|---|---|', ...rows].join('\n');
}

function metricsTable() {
  const rows = [...statusMetrics, ...ownMetrics].map((metric) => {
    const labels = metric.labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${metric.name}\` | ${isCounter(metric) ? 'counter' : 'gauge'} | ${labels} | ${metric.help} |`;
  });
  return ['| Metric | Type | Labels | What it tells |', '|---|---|---|---|', ...rows].join('\n');
}

/** A table, and a section for each alert, to which its runbook_url leads. */
function alertSections() {
  const { spec } = parse(readFileSync(`${root}deploy/monitoring/prometheus-rule.yaml`, 'utf8'));
  const alerts = spec.groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert);
  const severityOf = ({ labels }) => labels?.severity ?? "the check's";
  const rows = alerts.map(
    (one) => `| [\`${one.alert}\`](#${one.alert.toLowerCase()}) | ${severityOf(one)} | ${one.for} | ${inWords(one.annotations.summary)} |`,
  );
  const sections = alerts.map(
    ({ alert, expr, annotations }) => `### ${alert}\n\n${inWords(annotations.description)}\n\n\`\`\`text\n${expr}\n\`\`\``,
  );
  return [['| Alert | Severity | After | What it says |', '|---|---|---|---|', ...rows].join('\n'), ...sections].join('\n\n');
}

/** What a template will put in, as a person would name it. */
function inWords(template) {
  return template.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label) => label.toUpperCase()).replace(/\{\{ \$value[^}]*\}\}/g, 'N');
}

function fnConfigTable() {
  const definition = parse(readFileSync(`${root}fn-config/process-render.yaml`, 'utf8'));
  const { spec } = definition.spec.versions[0].schema.openAPIV3Schema.properties;
  const rows = Object.entries(spec.properties).flatMap(([name, schema]) => fieldRows(`spec.${name}`, schema));
  return ['| Field | Type | What it does |', '|---|---|---|', ...rows].join('\n');
}

function fieldRows(path, schema) {
  const type = schema.enum
    ? schema.enum.map((value) => `\`${value}\``).join(', ')
    : schema.type === 'array'
      ? `list of ${schema.items.type}s`
      : schema.type;
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => fieldRows(`${path}.${name}`, child));
  return [`| \`${path}\` | ${type} | ${schema.description} |`, ...inner];
}

/** Each source file with the sentence that heads it. */
function fileMap() {
  const files = readdirSync(`${root}src`, { recursive: true }).filter((name) => name.endsWith('.ts') && !name.startsWith('gen'));
  const byFolder = Map.groupBy(files.sort(), (name) => (name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : ''));
  return [...byFolder]
    .map(([folder, names]) =>
      [
        `**src/${folder}${folder && '/'}**\n`,
        ...names.map((name) => `- \`${name.slice(name.lastIndexOf('/') + 1)}\`: ${headOf(name)}`),
      ].join('\n'),
    )
    .join('\n\n');
}

function headOf(name) {
  const text = readFileSync(`${root}src/${name}`, 'utf8').replace(/^#!.*\n/, '');
  const comment = /^(?:\/\*\*?\s*([\s\S]*?)\*\/|((?:\/\/.*\n)+))/.exec(text);
  if (!comment) throw new Error(`src/${name} has no heading sentence`);
  const words = (comment[1] ?? comment[2])
    .replace(/^\s*(?:\*|\/\/) ?/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
  return /^.*?[.!](?=\s|$)/.exec(words)?.[0] ?? words;
}

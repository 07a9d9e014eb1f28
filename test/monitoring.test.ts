import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { before, test } from 'node:test';
import type { SyntaxNodeRef } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { Registry } from 'prom-client';
import { parse } from 'yaml';
import { addClusterMetrics } from '../packages/server/src/http/cluster-metrics.ts';
import { serve, temporaryFolder } from './guardbee.ts';

/** The alerts and the dashboard speak of metrics that exist, with labels that they have, in PromQL that parses. */

const read = (file: string): string =>
  readFileSync(join(import.meta.dirname, '../deploy/monitoring', file), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly action: string };
}
const rules: Rule[] = parse(read('alerts.yaml')).groups.flatMap(({ rules: own }: { rules: Rule[] }) => own);
const dashboard: { panels: { title: string; targets: { expr: string }[] }[] } = JSON.parse(
  read('grafana-dashboard.json'),
);
const expressions = [
  ...rules.map(({ alert, expr }) => ({ where: alert, expr })),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: title, expr }))),
];

/** Metric names with, of each label of a closed set, the values it has. */
let metrics: Map<string, Map<string, Set<string>>>;

before(async () => {
  using folder = temporaryFolder();
  const service = await serve(folder.path, {}, ['--tls-self-signed']);
  const ca = readFileSync(join(folder.path, 'keys/self-signed-cert.pem'));
  const alone = await textOf(`${service.url}/metrics`, ca).finally(() => service.stop());
  // What only nodes on PostgreSQL have.
  const registry = new Registry();
  const waits = { applied: 0, expired: 0, unknown: 0 };
  const pool = { busy: 0, idle: 0, waiting: 0 };
  const connections = { reads: pool, writes: pool };
  const state = { nodes: 1, leaseAge: 0, bound: 0, looks: 0, waited: 0, waits, connections };
  await addClusterMetrics(registry, () => state);
  metrics = new Map([['up', new Map()]]);
  for (const [, name = '', labels = ''] of `${alone}${await registry.metrics()}`.matchAll(
    /^(\w+)(?:\{(.*)\})? /gm,
  )) {
    const known = metrics.get(name) ?? new Map<string, Set<string>>();
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g))
      known.set(label, (known.get(label) ?? new Set()).add(value));
    metrics.set(name, known);
  }
});

/** What is there, by HTTPS. */
async function textOf(url: string, ca: Buffer): Promise<string> {
  const [reply] = (await once(get(url, { ca }), 'response')) as [IncomingMessage];
  return text(reply);
}

/** Grafana's own variables stand for a duration and a pattern. */
const plain = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*');

function selectorsOf(expr: string): { name: string; matchers: { label: string; value: string }[] }[] {
  const found: { name: string; matchers: { label: string; value: string }[] }[] = [];
  const written = ({ from, to }: { from: number; to: number }): string => expr.slice(from, to);
  parser.parse(expr).iterate({
    enter(node: SyntaxNodeRef) {
      assert.ok(!node.type.isError, `${expr} does not parse at ${node.from}`);
      if (node.name === 'VectorSelector') found.push({ name: '', matchers: [] });
      const last = found.at(-1);
      if (node.name === 'Identifier' && last?.name === '') last.name = written(node);
      if (node.name === 'UnquotedLabelMatcher') {
        const label = node.node.getChild('LabelName');
        const value = node.node.getChild('StringLiteral');
        assert.ok(label !== null && value !== null, expr);
        last?.matchers.push({ label: written(label), value: written(value).slice(1, -1) });
      }
    },
  });
  return found;
}

test('every expression parses, and asks for metrics, labels and values that there are', () => {
  let seen = 0;
  for (const { where, expr } of expressions) {
    const selectors = selectorsOf(plain(expr));
    assert.ok(selectors.length > 0, where);
    for (const { name, matchers } of selectors) {
      const labels = metrics.get(name);
      assert.ok(labels !== undefined, `${where}: there is no metric ${name}`);
      for (const { label, value } of matchers.filter((one) => !['job', 'instance'].includes(one.label))) {
        assert.ok(labels.has(label), `${where}: ${name} has no label ${label}`);
        for (const one of value.split('|'))
          assert.ok(labels.get(label)?.has(one), `${where}: ${name}{${label}="${one}"}`);
      }
      seen += 1;
    }
  }
  assert.ok(seen > 20, `only ${seen}`);
});

/** A rate is above zero for as long as its window after one thing has happened. */
test('what happened once and is over fires no alert that waits', () => {
  const minutes = (duration: string): number => Number(/^(\d+)m$/.exec(duration)?.[1] ?? Number.NaN);
  const waiting = rules.filter((rule) => rule.for !== undefined && /\[\w+\]/.test(rule.expr));
  assert.ok(waiting.length > 5);
  for (const { alert, expr, for: pause = '' } of waiting)
    for (const [, window = ''] of expr.matchAll(/\[(\w+)\]/g)) {
      assert.ok(minutes(window) < minutes(pause), `${alert}: ${window} is no shorter than ${pause}`);
      assert.ok(minutes(window) >= 2, `${alert}: ${window} may hold one scrape only`);
    }
});

/** Workers have their metrics each under a label of their own: a rule would fire for each, and lines be named alike. */
test('every expression makes one of the workers of an instance', () => {
  for (const { where, expr } of expressions) {
    const text = plain(expr);
    parser.parse(text).iterate({
      enter({ name, node, from, to }: SyntaxNodeRef) {
        if (name !== 'VectorSelector' || /^up\b/.test(text.slice(from, to))) return;
        const around = [];
        for (let one = node.parent; one !== null; one = one.parent) around.push(one.name);
        assert.ok(around.includes('AggregateExpr'), `${where}: ${text.slice(from, to)}`);
      },
    });
    assert.doesNotMatch(expr, /worker/, where);
  }
});

test('every alert says what it means and what to do, and has a severity', () => {
  for (const { alert, labels, annotations } of rules) {
    assert.match(alert, /^Guardbee[A-Za-z]+$/);
    assert.ok(['page', 'ticket', 'info'].includes(labels.severity), alert);
    assert.ok(annotations.summary.length > 10 && annotations.action.length > 10, alert);
  }
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
});

test('the guides name every metric of the service', () => {
  const guides = ['observability.md', 'revocation.md']
    .map((file) => readFileSync(join(import.meta.dirname, '../docs', file), 'utf8'))
    .join('\n');
  const own = [...metrics.keys()].filter((name) => name.startsWith('guardbee_'));
  assert.ok(own.length > 15, own.join(' '));
  for (const name of own) assert.ok(guides.includes(`\`${name}`), name);
});

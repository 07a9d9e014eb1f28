/**
 * Writes the tables of docs/configuration.md, docs/audit-events.md, docs/api.md and docs/cli.md from the code, and into the guides the files that they show;
 * with `--check` only says whether they are as code and files have them. Without it the docs would promise settings and operations that are not there.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { terminalIo } from '../packages/cli/src/io.ts';
import { buildProgram } from '../packages/cli/src/program.ts';
import { type Described, describeAll } from '../packages/cli/src/syntax/describe.ts';
import { ENVIRONMENT, EXIT_CODES } from '../packages/cli/src/syntax/help.ts';
import { AUDIT_EVENTS } from '../packages/server/src/audit-events.ts';
import { kebab } from '../packages/server/src/config-sources.ts';
import { SETTINGS } from '../packages/server/src/settings.ts';
import { startTestService } from '../packages/server/test/service.ts';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
let stale = 0;

function flagOf(setting: (typeof SETTINGS)[keyof typeof SETTINGS]): string {
  return 'flag' in setting ? `\`--${kebab(setting.flag)}\`` : '';
}

function settingsTable(): string {
  const rows = Object.values(SETTINGS).map(
    (setting) => `| \`${setting.key}\` | ${flagOf(setting)} | ${setting.default} | ${setting.allowed} |`,
  );
  return ['| environment | flag | default | allowed |', '|---|---|---|---|', ...rows].join('\n');
}

function eventsTable(): string {
  const rows = Object.entries(AUDIT_EVENTS).map(([event, meaning]) => `| \`${event}\` | ${meaning} |`);
  return ['| event | what happened |', '|---|---|', ...rows].join('\n');
}

interface OpenApi {
  readonly paths: Record<
    string,
    Record<string, { summary: string; description?: string; responses: object }>
  >;
}

/** As the service itself serves it. */
async function openApiDocument(): Promise<OpenApi> {
  const service = await startTestService();
  try {
    return (await (await fetch(`${service.url}/openapi.json`)).json()) as OpenApi;
  } finally {
    await service.close();
  }
}

async function operationsTable(): Promise<string> {
  const { paths } = await openApiDocument();
  const rows = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { summary, description, responses }]) => {
      const statuses = Object.keys(responses).filter((status) => Number(status) < 500);
      return `| \`${method.toUpperCase()} ${path}\` | ${summary}. ${description ?? ''} | ${statuses.join(', ')} |`;
    }),
  );
  return ['| operation | what it does | answers |', '|---|---|---|', ...rows].join('\n');
}

function pairsTable(first: string, rows: readonly (readonly [string, string])[]): string {
  return [`| ${first} | |`, '|---|---|', ...rows.map(([name, what]) => `| \`${name}\` | ${what} |`)].join(
    '\n',
  );
}

function commandSection({ path, places, description, options }: Described): string {
  const rows = options
    .filter(({ names }) => !names.includes('--help'))
    .map(({ flags, description: what }) => `| \`${flags}\` | ${what} |`);
  const title = `### \`${['guardbee', ...path, ...places].join(' ')}\``;
  return [
    title,
    '',
    description,
    ...(rows.length === 0 ? [] : ['', '| option | |', '|---|---|', ...rows]),
  ].join('\n');
}

function commandsReference(): string {
  const [, ...all] = describeAll(buildProgram(terminalIo(), ''));
  return all
    .filter(({ commands }) => commands.length === 0)
    .map(commandSection)
    .join('\n\n');
}

/** Puts a table between the markers `<!-- name -->` and `<!-- /name -->` of a document. */
function update(document: string, name: string, table: string): void {
  const file = join(root, document);
  const before = readFileSync(file, 'utf8');
  const after = before.replace(
    new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(\n?<!-- /${name} -->)`),
    (_all, start: string, end: string) => `${start}${table}\n${end.trimStart()}`,
  );
  if (!before.includes(`<!-- ${name} -->`)) throw new Error(`${document} has no place for ${name}`);
  write(document, before, after);
}

function write(document: string, before: string, after: string): void {
  if (before === after) return;
  stale += 1;
  if (check) console.error(`${document} is not as code and files have it: npm run docs`);
  else writeFileSync(join(root, document), after);
}

/** A block below `<!-- examples/FILE, … -->` is that file. */
function showFiles(document: string): void {
  const before = readFileSync(join(root, document), 'utf8');
  const after = before.replace(
    /^(<!-- (examples\/\S+), .* -->\n\n```\w+\n)[\s\S]*?^```$/gm,
    (_all, start: string, file: string) =>
      `${start}${readFileSync(join(root, file), 'utf8').trimEnd()}\n\`\`\``,
  );
  write(document, before, after);
}

update('docs/configuration.md', 'settings', settingsTable());
update('docs/audit-events.md', 'events', eventsTable());
update('docs/api.md', 'operations', await operationsTable());
update('docs/cli.md', 'exits', pairsTable('exit code', EXIT_CODES));
update('docs/cli.md', 'environment', pairsTable('environment', ENVIRONMENT));
update('docs/cli.md', 'commands', commandsReference());
for (const document of globSync('docs/**/*.md', { cwd: root }).sort()) showFiles(document);
if (check && stale > 0) process.exitCode = 1;

import { createHash } from 'node:crypto';

/** The parts of an OpenAPI 3.1 document that the page shows. */
export interface OpenApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Content };
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: Content }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface Schema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#ddd, #333); --dim: light-dark(#555, #aaa); --code: light-dark(#f5f5f5, #1c1c1c); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: break-word; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
summary { cursor: pointer; padding: .5rem 0; }
summary code { font-weight: 600; }
article { border-bottom: 1px solid var(--line); }
article > div { padding: 0 0 1rem 1rem; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0; }
code, pre { font: .9em ui-monospace, monospace; }
code, td { overflow-wrap: anywhere; }
pre { background: var(--code); padding: .75rem; overflow-x: auto; }
.dim { color: var(--dim); }
@media (max-width: 40rem) {
  tr, td { display: block; padding: 0; }
  tr { padding: .4rem 0; }
}
`;

/** Nothing runs on this page and nothing is loaded: the one style is named by its hash (CSP Level 3, section 6.7.3). */
export const REFERENCE_CSP = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The service's OpenAPI document as a page for people, without a script: the browser's own disclosure does the folding. */
export function renderReference(document: OpenApiDocument): string {
  const { info, tags = [], paths } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const sections = tags.flatMap(({ name, description = '' }) => {
    const own = operations.filter(({ operation }) => operation.tags?.includes(name));
    if (own.length === 0) return [];
    const articles = own.map(({ method, path, operation }) => article(method, path, operation));
    return [
      `<h2 id="${text(slug(name))}">${text(name)}</h2><p class="dim">${prose(description)}</p>`,
      ...articles,
    ];
  });
  const links = tags.map(({ name }) => `<a href="#${text(slug(name))}">${text(name)}</a>`).join(' · ');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text(info.title)} API</title>
<style>${STYLE}</style></head>
<body>
<h1>${text(info.title)} API <small class="dim">${text(info.version)}</small></h1>
<p>${text(info.description ?? '')} For programs: <a href="/openapi.json">openapi.json</a>.</p>
<nav>${links}</nav>
${sections.join('\n')}
</body>
</html>
`;
}

function article(method: string, path: string, operation: Operation): string {
  const { summary = '', description = '', parameters = [], requestBody, responses, security } = operation;
  const parts = [
    `<p>${prose(description)}</p>`,
    security?.length === 0 ? '<p class="dim">No token needed.</p>' : '',
    parametersTable(parameters),
    ...Object.entries(requestBody?.content ?? {}).map(
      ([type, { schema }]) => `<h4>Body <span class="dim">${text(type)}</span></h4>${shape(schema)}`,
    ),
    '<h4>Answers</h4>',
    ...Object.entries(responses).map(([status, { description: what = '', content = {} }]) => {
      const [body] = Object.values(content);
      const shown = Number(status) < 400 ? shape(body?.schema) : '';
      return `<p><code>${text(status)}</code> ${text(what === 'Default Response' ? '' : what)}</p>${shown}`;
    }),
  ];
  return `<article><details><summary><code>${text(method.toUpperCase())} ${text(path)}</code> ${text(summary)}</summary>
<div>${parts.join('\n')}</div></details></article>`;
}

function parametersTable(parameters: readonly Parameter[]): string {
  const rows = parameters.map(
    ({ name, in: where, required, description = '', schema }) =>
      `<tr><td><code>${text(name)}</code></td><td>${text(where)}${required ? ', required' : ''}</td><td><code>${text(typeOf(schema))}</code></td><td>${prose(description || (schema?.description ?? ''))}</td></tr>`,
  );
  return rows.length === 0 ? '' : `<h4>Parameters</h4><table>${rows.join('')}</table>`;
}

function shape(schema: Schema | undefined): string {
  return schema === undefined ? '' : `<pre>${text(typeOf(schema))}</pre>`;
}

/** A schema the way a TypeScript programmer would write it down. */
function typeOf(schema: Schema = {}, indent = ''): string {
  const { const: constant, enum: choices, anyOf, items, properties, required = [], format } = schema;
  if (constant !== undefined) return JSON.stringify(constant);
  if (choices !== undefined) return choices.map((choice) => JSON.stringify(choice)).join(' | ');
  if (anyOf !== undefined) return anyOf.map((one) => typeOf(one, indent)).join(' | ');
  if (items !== undefined) return `Array<${typeOf(items, indent)}>`;
  if (properties !== undefined) {
    const inner = `${indent}  `;
    const lines = Object.entries(properties).map(([name, one]) => {
      const comment = one.description === undefined ? '' : `  // ${one.description}`;
      return `${inner}${name}${required.includes(name) ? '' : '?'}: ${typeOf(one, inner)}${comment}`;
    });
    return `{\n${lines.join('\n')}\n${indent}}`;
  }
  const type = typeof schema.type === 'string' ? schema.type : (schema.type ?? ['any']).join(' | ');
  return format === undefined ? type : `${type} (${format})`;
}

const slug = (name: string): string => name.replaceAll(/[^a-z]+/g, '-');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text with `code` in it, as descriptions have. */
function prose(value: string): string {
  return text(value).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function text(value: string): string {
  return value.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}

/**
 * `npm run site [-- folder]`: the guides as a site of plain pages, into `site/` by default: nothing to run in the browser,
 * nothing to load from elsewhere. Files of `examples/` and `deploy/` that a page links to are there as plain text. Ends with
 * 1 when a link or an anchor leads nowhere, or a page has no place in the navigation. Without it the guides could only be
 * read in the repository.
 */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import MarkdownIt from 'markdown-it';

const root = join(import.meta.dirname, '..');
const out = resolve(process.argv[2] ?? join(root, 'site'));

/** The navigation: a group's pages by their files, `*` for all of a folder. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  Start: [
    'README.md',
    'docs/first-session.md',
    'docs/moving-from-giant-swarm.md',
    'docs/cli.md',
    'docs/console.md',
  ],
  'Protect a service': [
    'docs/integrations/*',
    'packages/verifier/README.md',
    'packages/giantswarm/README.md',
  ],
  Operate: [
    'docs/deployments.md',
    'docs/configuration.md',
    'docs/operations.md',
    'docs/observability.md',
    'docs/several-nodes.md',
    'docs/backup-and-restore.md',
    'docs/moving-to-postgresql.md',
    'docs/upgrading.md',
    'docs/hardening.md',
    'docs/troubleshooting.md',
  ],
  Reference: [
    'docs/api.md',
    'docs/errors.md',
    'docs/audit-events.md',
    'docs/revocation.md',
    'docs/dependencies.md',
  ],
  Project: ['SECURITY.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'bench/RESULTS.md'],
  Decisions: ['docs/decisions/*'],
};

interface Page {
  readonly file: string;
  /** Where it lies in the site. */
  readonly path: string;
  readonly title: string;
  readonly markdown: string;
  readonly anchors: ReadonlySet<string>;
}

const problems: string[] = [];
const markdown = new MarkdownIt({ html: false, linkify: false });
const { escapeHtml: text } = markdown.utils;
// Long names may go on in the next line after a part of them.
markdown.renderer.rules.code_inline = (tokens, at) =>
  `<code>${text(String(tokens[at]?.content)).replaceAll(/(?<=\w[_/])(?=\w)/g, '<wbr>')}</code>`;
// The markers of generated tables are for the generator.
const read = (file: string): string => readFileSync(join(root, file), 'utf8').replace(/^<!--.*-->\n/gm, '');

/** As GitHub makes them, so that a link holds in both places. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

function headingsOf(text: string): string[] {
  const tokens = markdown.parse(text, {});
  return tokens.flatMap((token, at) =>
    token.type === 'heading_open'
      ? [(tokens[at + 1]?.children ?? []).map(({ content }) => content).join('')]
      : [],
  );
}

function readPage(file: string): Page {
  const text = read(file);
  const headings = headingsOf(text);
  const path = file === 'README.md' ? 'index.html' : file.replace(/\.md$/, '.html').replace(/^docs\//, '');
  return {
    file,
    path: path.replace(/README\.html$/, 'index.html'),
    title: headings[0] ?? file,
    markdown: text,
    anchors: new Set(headings.map(slug)),
  };
}

const groups = Object.entries(GROUPS).map(([name, patterns]) => ({
  name,
  pages: patterns
    .flatMap((pattern) => globSync(pattern.replace(/\*$/, '*.md'), { cwd: root }).sort())
    .map(readPage),
}));
const pages = groups.flatMap((group) => group.pages);
for (const [at, { file }] of pages.entries())
  if (pages.findIndex((page) => page.file === file) !== at)
    problems.push(`${file} stands in two groups (tools/site.ts)`);
const byFile = new Map(pages.map((page) => [page.file, page]));
for (const file of globSync('docs/**/*.md', { cwd: root, exclude: ['docs/seed/**'] })) {
  if (!byFile.has(file)) problems.push(`${file} has no place in the navigation (tools/site.ts)`);
}

/** Files that pages link to, by where they lie in the site: a browser shows them whatever they are called. */
const published = new Map<string, string>();

function publish(page: Page, file: string): string | undefined {
  if (!/^(examples|deploy)\//.test(file) || !statSync(join(root, file)).isFile()) return undefined;
  published.set(`${file}.txt`, file);
  return posix.relative(posix.dirname(page.path), `${file}.txt`);
}

/** What a link on a page becomes; undefined: it leads to something that is not in the site, and stays as text. */
function linkFrom(page: Page, href: string): string | undefined {
  if (/^(https?|mailto):/.test(href)) return href;
  const [target = '', anchor] = href.split('#');
  const file = target === '' ? page.file : posix.normalize(posix.join(posix.dirname(page.file), target));
  const other = byFile.get(file);
  if (other === undefined) {
    if (existsSync(join(root, file))) return publish(page, file);
    problems.push(`${page.file}: ${href} leads nowhere`);
    return undefined;
  }
  if (anchor !== undefined && !other.anchors.has(anchor))
    problems.push(`${page.file}: ${href} has no such heading`);
  const path = posix.relative(posix.dirname(page.path), other.path);
  return anchor === undefined ? path : `${path}#${anchor}`;
}

function bodyOf(page: Page): string {
  const tokens = markdown.parse(page.markdown, {});
  for (const [at, token] of tokens.entries()) {
    if (token.type === 'heading_open') {
      const heading = (tokens[at + 1]?.children ?? []).map(({ content }) => content).join('');
      token.attrSet('id', slug(heading));
    }
    const open: boolean[] = [];
    for (const child of token.children ?? []) {
      if (child.type === 'link_open') {
        const href = linkFrom(page, decodeURI(String(child.attrGet('href'))));
        open.push(href !== undefined);
        if (href === undefined) child.tag = 'span';
        child.attrs = href === undefined ? [] : [['href', href]];
      } else if (child.type === 'link_close' && open.pop() === false) child.tag = 'span';
      else if (child.type === 'image') {
        const source = posix.normalize(posix.join(posix.dirname(page.file), String(child.attrGet('src'))));
        if (!existsSync(join(root, source))) problems.push(`${page.file}: the image ${source} is not there`);
        child.attrSet('src', posix.relative(posix.dirname(page.path), source.replace(/^docs\//, '')));
      }
    }
  }
  return markdown.renderer
    .render(tokens, markdown.options, {})
    .replaceAll(/<table>/g, '<div class="wide"><table>')
    .replaceAll('</table>', '</table></div>');
}

/** Every group; those that are unfolded, and the one that has the current page. */
function groupLists(current: Page, isUnfolded: (name: string) => boolean): string {
  const lists = groups.map(({ name, pages: own }) => {
    const items = own.map((page) => {
      const href = posix.relative(posix.dirname(current.path), page.path);
      const here = page === current ? ' aria-current="page"' : '';
      return `<li><a href="${text(href)}"${here}>${text(page.title)}</a></li>`;
    });
    const isOpen = isUnfolded(name) || own.includes(current);
    return `<details${isOpen ? ' open' : ''}><summary>${text(name)}</summary><ul>${items.join('')}</ul></details>`;
  });
  return lists.join('\n');
}

/** Twice, of which the style shows one: beside the page, and where that has no room folded above it. */
function navigation(current: Page): string {
  const beside = groupLists(current, (name) => name !== 'Decisions');
  const above = groupLists(current, () => false);
  return `<nav aria-label="Guides">
<div class="beside">${beside}</div>
<details class="above"><summary>All guides</summary>${above}</details>
</nav>`;
}

function render(page: Page): string {
  const style = posix.relative(posix.dirname(page.path), 'style.css');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'">
<title>${text(page.title)} · Guardbee</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<a class="skip" href="#content">To the content</a>
${navigation(page)}
<main id="content">
${bodyOf(page)}
</main>
</body>
</html>
`;
}

rmSync(out, { recursive: true, force: true });
for (const page of pages) {
  const file = join(out, page.path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, render(page));
}
writeFileSync(join(out, 'style.css'), readFileSync(join(import.meta.dirname, 'site.css')));
for (const image of globSync('docs/images/*', { cwd: root })) {
  const file = join(out, relative('docs', image));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, readFileSync(join(root, image)));
}
for (const [path, source] of published) {
  const file = join(out, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, readFileSync(join(root, source)));
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`${pages.length} pages in ${out}`);

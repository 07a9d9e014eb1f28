/**
 * `node tools/record-session.ts`: types a newcomer's first session at the speed of a person, in a fresh clone and two real
 * terminals (script(1)), and writes what the screen showed into docs/first-session.md. Without it nobody would see what
 * the first minutes look like, nor how long they take.
 */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const root = join(import.meta.dirname, '..');
const PROMPT = '\n$ ';
const KEY_MS = 60;
const THINK_MS = 1_000;
const PATIENCE_MS = 150_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A shell in a terminal of its own. */
class Terminal {
  readonly #shell: ChildProcessWithoutNullStreams;
  #screen = '';
  #seen = 0;

  constructor(folder: string, env: Record<string, string>) {
    const command = `stty cols 200; exec bash --norc --noprofile -i`;
    this.#shell = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      env: { ...env, PS1: PROMPT, TERM: 'dumb', HISTFILE: '' },
    });
    this.#shell.stdout.on('data', (chunk) => {
      this.#screen += chunk;
    });
  }

  /** Waits until something stands on the screen that was not there at the last call. */
  async until(what: string | RegExp): Promise<string> {
    const begin = Date.now();
    for (;;) {
      const fresh = this.#screen.slice(this.#seen);
      const at = typeof what === 'string' ? fresh.indexOf(what) : fresh.search(what);
      if (at >= 0) {
        this.#seen += at + 1;
        return fresh;
      }
      if (Date.now() - begin > PATIENCE_MS) throw new Error(`${what} never came:\n${fresh}`);
      await pause(50);
    }
  }

  async type(line: string): Promise<void> {
    await pause(THINK_MS);
    for (const key of line) {
      this.#shell.stdin.write(key);
      await pause(KEY_MS);
    }
    this.#shell.stdin.write('\r');
  }

  /** Types a command and waits for the next prompt. */
  async run(line: string): Promise<string> {
    await this.type(line);
    const output = await this.until(/\n\$ $/);
    this.#seen = this.#screen.length;
    return stripVTControlCharacters(output);
  }

  get screen(): string {
    return stripVTControlCharacters(this.#screen).replaceAll('\r', '').trimEnd();
  }

  /** What runs in it is interrupted first: a service would live on without its terminal. */
  async end(): Promise<void> {
    this.#shell.stdin.write('\x03');
    await pause(2_000);
    this.#shell.kill();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'guardbee-session-'));
const clone = join(folder, 'guardbee');
const terminals: Terminal[] = [];
try {
  execFileSync('git', ['clone', '--quiet', root, clone]);
  const env = {
    PATH: String(process.env.PATH_OF_A_NEWCOMER ?? process.env.PATH),
    HOME: folder,
    LANG: 'C.UTF-8',
    // The one thing of this machine's: whom npm may trust.
    ...(process.env.NODE_EXTRA_CA_CERTS === undefined
      ? {}
      : { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS }),
  };
  const begin = performance.now();
  const first = new Terminal(clone, env);
  terminals.push(first);
  await first.until(PROMPT);
  const install = await first.run('npm ci --no-fund --loglevel=error');
  if (install.includes('npm error')) throw new Error(install);
  const installed = performance.now();
  await first.type('npx guardbee serve');
  await first.until('npx guardbee logout');
  const password = /password {2}(\S+)/.exec(first.screen)?.[1] ?? '';

  const second = new Terminal(clone, env);
  terminals.push(second);
  await second.until(PROMPT);
  await second.type('npx guardbee login admin@localhost');
  await second.until('Password');
  await second.type(password);
  await second.until(/\n\$ $/);
  await second.run('npx guardbee whoami');
  await second.type('npx guardbee tokens create admin@localhost --name build > build.token');
  await second.until('Password');
  await second.type(password);
  const made = await second.until(/\n\$ $/);
  const id = /Token (\S+), expires/.exec(stripVTControlCharacters(made))?.[1] ?? '';
  // By standard input: arguments stand in the list of processes.
  const header = "sed 's/^/Authorization: giantswarm /' build.token";
  await second.run(`${header} | curl -s -H @- -H "X-Request-ID: my-first" http://127.0.0.1:8420/v4/user/`);
  await second.run(`npx guardbee tokens revoke ${id}`);
  await second.run(`${header} | curl -s -H @- http://127.0.0.1:8420/v4/user/`);
  await second.run('npx guardbee trace my-first');
  const seconds = (from: number): string => ((performance.now() - from) / 1000).toFixed(0);
  const total = seconds(begin);
  const page = `# A first session

Typed by \`node tools/record-session.ts\` into two terminals, in a fresh clone, at ${Math.round(60_000 / KEY_MS / 5)} words a minute with a second of thought
before each line. From the first key to the end: ${total} s, of which installing took ${((installed - begin) / 1000).toFixed(0)} s.

## First terminal

\`\`\`text
${hide(first.screen)}
\`\`\`

## Second terminal

\`\`\`text
${hide(second.screen)}
\`\`\`
`;
  writeFileSync(join(root, 'docs/first-session.md'), page);
  console.log(`docs/first-session.md: ${total} s`);
} finally {
  for (const terminal of terminals) await terminal.end();
  rmSync(folder, { recursive: true, force: true });
}

/** The service is gone, but what looks like a secret teaches bad habits. */
function hide(text: string): string {
  return (
    text
      .replaceAll(folder, '~')
      // The prompt is drawn anew at each key.
      .replace(
        /(?:(?:ctrl\+t toggle visibility)?\? [^\n]* \[input is masked\]\n)+(?:ctrl\+t toggle visibility)?(\? [^\n]* \[input is masked\])?/g,
        '',
      )
      .replace(/^npm notice.*\n/gm, '')
      .replace(/guardbee_[\w-]{49}/g, 'guardbee_…')
      .replace(/(password {2})\S+/, '$1…')
  );
}

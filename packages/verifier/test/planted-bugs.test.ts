/** Plants one bug after the other into a copy of the package, and sees that a test finds it. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { emptyProject, run } from '../../giantswarm/test/program.ts';

const packageFolder = join(import.meta.dirname, '..');

// else the runs inside would take themselves for files of this one
delete process.env.NODE_TEST_CONTEXT;

interface Bug {
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
  /** Where, and by what title, it is found. */
  readonly by: readonly [file: string, title: string];
}

const bugs: Record<string, Bug> = {
  'maxStale is ignored': {
    file: 'src/principal-cache.ts',
    right: 'if (this.freshness.age() > this.#maxStale) return undefined;',
    wrong: 'if (this.freshness.age() === Number.POSITIVE_INFINITY) return undefined;',
    by: ['test/bound.test.ts', 'stream frozen'],
  },
  'a heartbeat counts from its arrival': {
    file: 'src/revocation-stream.ts',
    right: 'const monotonic = tie.earliest(at, now);',
    wrong: 'const monotonic = tie.earliest(at, now) && now.monotonic;',
    by: ['test/bound.test.ts', 'stream delayed by four times maxStale'],
  },
  'the clocks are tied by the arrival of the first heartbeat': {
    file: 'src/freshness.ts',
    right: 'this.#first ??= at;',
    wrong: 'if (this.#first === undefined) Object.assign(this.#sent, now);\n    this.#first ??= at;',
    by: ['src/freshness.test.ts', 'the first heartbeat was at the earliest when the request was sent'],
  },
  'a connection is trusted before its first heartbeat': {
    file: 'src/revocation-stream.ts',
    right: 'const decoder = new TextDecoder();',
    wrong:
      'const decoder = new TextDecoder();\n' +
      'options.onConfirmation({ monotonic: options.clock.monotonic(), now: momentOf(options.clock), serviceTime: 0 });',
    by: ['test/bound.test.ts', 'stream cut, then open and silent'],
  },
  'an answer is kept though a revocation overtook it': {
    file: 'src/principal-cache.ts',
    right: 'since.some((revocation) => concerns(revocation, facts))',
    wrong: 'since.length < 0',
    by: ['test/verifier.test.ts', 'an answer that a revocation overtook is asked for again, and not kept'],
  },
  'an answer from before the stream could be trusted is kept': {
    file: 'src/principal-cache.ts',
    right: 'if (mark.feed === undefined || mark.feed !== this.#feed) return true;',
    wrong: '',
    by: ['test/verifier.test.ts', 'an answer from before the stream can be trusted is not kept'],
  },
  'a gap leaves the table as it was': {
    file: 'src/principal-cache.ts',
    right: 'this.revoke(EVERYTHING);',
    wrong: 'void EVERYTHING;',
    by: ['test/verifier.test.ts', 'a gap that can’t be resumed \\(refuse\\) leaves nothing remembered'],
  },
  'a question is shared though it has been put': {
    file: 'src/questions.ts',
    right: `      this.#inFlight += 1;
      return this.#answer(tokenString, about, timeout);`,
    wrong: `      this.#inFlight += 1;
      const put = this.#answer(tokenString, about, timeout).finally(() => this.#waiting.delete(key));
      this.#waiting.set(key, put);
      return put;`,
    by: ['test/verifier.test.ts', 'a question is shared while it waits, and never once it has been put'],
  },
  'a sleep of this machine goes unnoticed': {
    file: 'src/freshness.ts',
    right: 'return Math.max(now.monotonic - this.#known.monotonic, now.wall - this.#known.wall);',
    wrong: 'return now.monotonic - this.#known.monotonic;',
    by: [
      'test/verifier.test.ts',
      'after this machine has slept, nothing is trusted until the stream has spoken',
    ],
  },
  'what is remembered outlives its expiry': {
    file: 'src/principal-cache.ts',
    right: 'latest < (facts.expires ?? Number.POSITIVE_INFINITY)',
    wrong: 'latest > 0',
    by: ['test/verifier.test.ts', 'at the instant of a token’s expiry the service is asked'],
  },
  'expiry goes by this machine’s clock alone': {
    file: 'src/principal-cache.ts',
    right: 'Math.max(this.freshness.latestServiceTime(), this.#clock.wall())',
    wrong: 'this.#clock.wall()',
    by: ['test/verifier.test.ts', 'by the service’s clock, when this machine’s is slow'],
  },
  'what can’t be told is taken for a yes': {
    file: 'src/principal.ts',
    right: `if (active !== true) throw new TypeError("'active' is not a boolean");`,
    wrong: '',
    by: ['test/verifier.test.ts', 'whatever is neither yes nor no is not told from guessing'],
  },
};

suite('a planted bug is found', { concurrency: 4 }, () => {
  for (const [name, { file, right, wrong, by }] of Object.entries(bugs)) {
    test(`${name} (${by[1].replaceAll('\\', '')})`, async () => {
      using project = emptyProject();
      const copy = join(project.folder, 'packages/verifier');
      for (const part of ['src', 'test', 'package.json']) {
        cpSync(join(packageFolder, part), join(copy, part), { recursive: true });
      }
      symlinkSync(join(packageFolder, '../../node_modules'), join(project.folder, 'node_modules'));
      const attempt = async () => {
        const args = ['--test', '--test-reporter=tap', `--test-name-pattern=/${by[1]}$/`, by[0]];
        const { code, stdout } = await run(process.execPath, args, copy);
        // By its title: of a file that fails, the runner sometimes counts the file too.
        const ran = stdout.match(new RegExp(`^ *(not )?ok \\d+ - ${by[1]}$`, 'gm')) ?? [];
        return { code, ran: ran.length, stdout };
      };
      const source = readFileSync(join(copy, file), 'utf8');
      assert.equal(source.split(right).length, 2, `${file} has the place once`);
      writeFileSync(
        join(copy, file),
        source.replace(right, () => wrong),
      );
      const { code, ran, stdout } = await attempt();
      assert.equal(ran, 1, `one test ran:\n${stdout}`);
      assert.equal(code, 1, `it failed:\n${stdout}`);
      assert.match(stdout, /ERR_ASSERTION|in vain waited/, `by what it asserts:\n${stdout}`);
    });
  }
});

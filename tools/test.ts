/**
 * `npm test`: builds, then every check there is, the tests last, so that their summary ends the output. With folders or
 * files as arguments only the tests in them. Without it there would be checks that only some people run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run as runFiles } from 'node:test';
import { spec } from 'node:test/reporters';

const root = join(import.meta.dirname, '..');
const MEMORY = '/dev/shm';
/** Bytes: four times what the tests have had at most. */
const ROOM = 3.5 * 1024 ** 3;
process.chdir(root);
// Services and workers are started hundreds of times: what was compiled once is not compiled again.
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/compile');
// Hundreds of databases are made and thrown away: none of the tests can tell a disk from memory (what a disk does that is full, slow or
// gone they make themselves), and in memory they take a tenth less. `TMPDIR` names another place.
if (hasRoomInMemory()) process.env.TMPDIR ??= MEMORY;

function hasRoomInMemory(): boolean {
  if (!existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  // Tests also start programs from where they have put them.
  const mount = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((line) => line.split(' ')[1] === MEMORY);
  return bavail * bsize > ROOM && mount !== undefined && !/[ ,]noexec[ ,]/.test(mount);
}

function run(title: string, command: string, args: readonly string[]): boolean {
  const begin = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${title} (${seconds} s)`);
  return status === 0;
}

/** The long ones first, so that none of them runs alone at the end; and of those each that mostly computes beside one that mostly waits. */
function allTestFiles(): string[] {
  const [computing, waiting] = [testFilesIn('test'), testFilesIn('packages/*/test')];
  const long = Array.from({ length: Math.max(computing.length, waiting.length) }, (_, n) => [
    computing[n] ?? [],
    waiting[n] ?? [],
  ]);
  return [...long.flat(2), ...testFilesIn('packages/*/src')];
}

function testFilesIn(place: string): string[] {
  if (statSync(place, { throwIfNoEntry: false })?.isFile()) return [place];
  return globSync(`${place}/**/*.test.ts`, { exclude: ['**/node_modules/**', '**/dist/**'] }).sort();
}

const places = process.argv.slice(2);
const files = places.length === 0 ? allTestFiles() : places.flatMap(testFilesIn);
if (files.length === 0) {
  console.error(`There is no test in ${places.join(', ')}.`);
  process.exit(2);
}
const checks: [string, string, string[]][] = [
  ['build', 'npm', ['run', '--silent', 'build']],
  ...(places.length > 0
    ? []
    : ([
        ['format and lint', 'biome', ['check', '--error-on-warnings', '.']],
        ['types of tests and tools', 'tsc', ['-p', 'tsconfig.check.json']],
        ['types of the console', 'tsc', ['-p', 'packages/console']],
        ['unused code and dependencies', 'knip', []],
        ['docs are as the code has them', 'node', ['tools/docs.ts', '--check']],
        [
          'guides: links, anchors, navigation',
          'node',
          ['tools/site.ts', join(tmpdir(), `guardbee-site-${process.pid}`)],
        ],
        ['licences and dependencies', 'node', ['tools/dependencies.ts', '--check']],
      ] satisfies [string, string, string[]][])),
];
const failed = checks.filter(([title, command, args]) => !run(title, command, args)).map(([title]) => title);

// By the interface and not by the command, which runs files in the order of their names. The runner's own summary is the end of it.
const tests = runFiles({
  files,
  // Half of the time tests wait: for a timer, a disk, a process that starts.
  concurrency: availableParallelism() + 1,
  // A test that hangs must not take the whole run with it. A file that doesn't end would: what a test has begun it ends also when it fails.
  timeout: 300_000,
});
let passed = true;
tests.on('test:fail', () => {
  passed = false;
});
await pipeline(tests.compose(spec), process.stdout, { end: false });
if (failed.length > 0) console.error(`\nFAILED before the tests: ${failed.join(', ')}`);
process.exitCode = passed && failed.length === 0 ? 0 : 1;

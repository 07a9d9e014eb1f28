import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Fault } from './fault.ts';

/** The test of it, with as many trials as asked for. */
export const killed: Fault = {
  name: 'kill -9 in a stream of logins and logouts',
  promise: 'nothing acknowledged is lost, undone or without its audit event; the chain is whole',
  trials: 100,
  async run(trials) {
    const file = join(import.meta.dirname, '../../test/crash.test.ts');
    const { status, stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', file], {
      encoding: 'utf8',
      env: { ...process.env, CRASH_TRIALS: String(trials), NODE_TEST_CONTEXT: undefined },
    });
    const figure = /^ℹ (.*kept.*)$/m.exec(stdout)?.[1] ?? '';
    return { violations: status === 0 ? [] : [stdout.slice(-2_000)], figure };
  },
};

import {
  checkFirstAdministrator,
  type Flags,
  readConfig,
  type ShownSetting,
  showSettings,
} from '@guardbee/server';
import type { Io } from '../io.ts';
import { riskySettings } from '../risky-settings.ts';
import { table } from '../table.ts';
import { unknownSettings } from '../unknown-settings.ts';

type ConfigOptions = Flags & { readonly json?: boolean };

/** Every setting, its value and where that comes from. */
export async function showConfig(options: ConfigOptions, io: Io): Promise<void> {
  const settings = showSettings(io.env, options);
  warnOfUnknown(io);
  io.out(options.json ? JSON.stringify(settings) : settingsTable(settings));
}

/** Reads the settings as a first start would, and starts nothing. What is wrong is thrown as `ConfigError`. */
export async function checkConfig(options: ConfigOptions, io: Io): Promise<void> {
  warnOfUnknown(io);
  const config = readConfig(io.env, options);
  checkFirstAdministrator(config);
  for (const warning of riskySettings(config)) io.err(`Careful: ${warning}`);
  const set = showSettings(io.env, options).filter(({ origin }) => origin !== 'default');
  if (options.json) io.out(JSON.stringify({ ok: true, set: set.length }));
  else
    io.out(
      `The configuration is sound; ${set.length} of its settings ${set.length === 1 ? 'is' : 'are'} not at the default.`,
    );
}

/** In a file they are refused; an environment is shared with others. */
function warnOfUnknown(io: Io): void {
  for (const warning of unknownSettings(io.env)) io.err(`Careful: ${warning}`);
}

function settingsTable(settings: readonly ShownSetting[]): string {
  return table(
    ['SETTING', 'VALUE', 'FROM'],
    settings.map(({ key, value, origin }) => [key, value, origin]),
  );
}

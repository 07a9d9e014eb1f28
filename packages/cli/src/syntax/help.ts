/** What belongs to the whole command, for `--help`, the manual page and `docs/cli.md`. */

export const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['GUARDBEE_ENDPOINT', 'the service to talk to, instead of the one in use'],
  ['GUARDBEE_TOKEN', 'the token to use, instead of the one that login kept'],
  ['GSCTL_ENDPOINT', 'the same as GUARDBEE_ENDPOINT, where that is not set'],
  ['GSCTL_AUTH_TOKEN', 'the same as GUARDBEE_TOKEN, where that is not set'],
  ['GUARDBEE_CONFIG_DIR', 'where login keeps what it keeps'],
  ['GUARDBEE_NO_CMDLINE', '1: the service is not told which command asks'],
  ['GUARDBEE_KEYRING', 'off: tokens are kept in the file of the config folder, not in the system’s keyring'],
  ['NO_COLOR', 'no colours; FORCE_COLOR: always'],
];

export const EXIT_CODES: readonly (readonly [string, string])[] = [
  ['0', 'done'],
  ['1', 'failed'],
  ['2', 'wrong usage'],
  ['3', 'not logged in, or refused'],
  ['4', 'the service cannot be reached, or is not available'],
  ['78', 'wrong configuration'],
  ['130', 'interrupted'],
];

function list(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`).join('\n');
}

export const HELP = `
Start here:
  guardbee serve                      run the service; the first start prints a login
  guardbee login admin@localhost      in a second terminal
  guardbee users create jane@example.com

Environment:
${list(ENVIRONMENT)}

Exit codes:
${list(EXIT_CODES)}`;

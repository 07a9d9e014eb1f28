import type { Command } from 'commander';
import { holdHeap } from '../heap-size.ts';
import type { Io } from '../io.ts';
import { JSON_OPTION } from './options.ts';

/** Running the service: `serve`, and what it would be run with. */
export function addServe(program: Command, io: Io): void {
  withSettings(program.command('serve'))
    .option('--after-restore <choice>', 'start on a database older than its anchor: revoke-all or replay')
    .addOption(JSON_OPTION)
    .summary('run the service')
    .description(
      'Run the service until it is told to stop. Every setting can also come from the environment or a file: see docs/configuration.md.',
    )
    .addHelpText('after', '\nExample:\n  guardbee serve --listen 127.0.0.1:8420 --data-dir /var/lib/guardbee')
    .action(async (options) => {
      holdHeap();
      await (await import('../commands/serve.ts')).serve(options, io);
    });

  const config = program.command('config').summary('look at the settings before the service is started');
  const load = () => import('../commands/config.ts');
  withSettings(config.command('show'))
    .summary('show every setting and where it comes from; secrets are hidden')
    .addOption(JSON_OPTION)
    .action(async (options) => (await load()).showConfig(options, io));
  withSettings(config.command('check'))
    .summary('say whether the service would accept the settings; nothing is started')
    .addOption(JSON_OPTION)
    .action(async (options) => (await load()).checkConfig(options, io));
}

function withSettings(command: Command): Command {
  return command
    .option('--config <file>', 'a file with settings, YAML or JSON (GUARDBEE_CONFIG_FILE)')
    .option('--listen <host:port>', 'where to listen (GUARDBEE_LISTEN; default 127.0.0.1:8420)')
    .option('--data-dir <folder>', 'where everything is kept (GUARDBEE_DATA_DIR; default ./guardbee-data)')
    .option(
      '--database-url <url>',
      'the database (GUARDBEE_DATABASE_URL; default an SQLite file in the data directory)',
    )
    .option('--workers <number>', 'processes that share the address (GUARDBEE_WORKERS; default 1)')
    .option('--tls-cert <file>', 'serve HTTPS with this certificate (GUARDBEE_TLS_CERT)')
    .option('--tls-key <file>', 'and this key (GUARDBEE_TLS_KEY)')
    .option('--tls-self-signed', 'serve HTTPS with a certificate made for this machine, for development')
    .option('--log-level <level>', 'fatal, error, warn, info, debug, trace or silent (GUARDBEE_LOG_LEVEL)');
}

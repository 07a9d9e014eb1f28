import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * What the command starts with: a seventh of a start is compiling what has been compiled at each start before. V8's code is kept in a
 * folder beside the source, since code that is read back is trusted as the source is: whoever may write there may change the command
 * itself, which can't be said of Node's default, a folder in /tmp. Where it can't be written all is as without.
 * `NODE_COMPILE_CACHE` names another folder, `NODE_DISABLE_COMPILE_CACHE=1` does without.
 */
enableCompileCache(fileURLToPath(new URL('../.compile-cache', import.meta.url)));
await import('./command.ts');

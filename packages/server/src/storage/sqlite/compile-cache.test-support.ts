import { fileURLToPath } from 'node:url';

/**
 * The tests start hundreds of threads and processes, and each would strip the types of the same files anew: that was
 * half of their time. https://nodejs.org/docs/latest-v24.x/api/module.html#module-compile-cache
 */
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL('../../../../../node_modules/.cache/node-compile-cache', import.meta.url),
);

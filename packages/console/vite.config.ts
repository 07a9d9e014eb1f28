import { defineConfig } from 'vite';

/** What is built goes where the service looks for it; each file's name but the page's is made of its content. */
export default defineConfig({
  base: '/console/',
  root: import.meta.dirname,
  // Straight from the client's source: it need not be built before.
  resolve: { conditions: ['guardbee-source', 'module', 'browser', 'production'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../server/dist/console',
    emptyOutDir: true,
    target: 'es2022',
    // A picture in the style sheet would need an exception from the Content-Security-Policy.
    assetsInlineLimit: 0,
    // What others wrote is passed on with their licences.
    license: { fileName: 'licenses.md' },
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  logLevel: 'warn',
  server: { proxy: { '^/(v4|console/session)/': 'http://127.0.0.1:8420' } },
});

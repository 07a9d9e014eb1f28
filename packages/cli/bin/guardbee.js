#!/usr/bin/env node
// Nothing newer than import() on purpose: an old Node must be able to read this file to say that it is too old.
var version = process.versions.node.split('.');
if (Number(version[0]) < 24 || (Number(version[0]) === 24 && Number(version[1]) < 7)) {
  process.stderr.write(`guardbee needs Node.js 24.7 or newer; this is ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  import('node:v8').then((v8) => {
    // What a request leaves behind dies young: V8 would let the space for it grow to 48 MiB, and under a flood the rest with
    // it. Said before anything is loaded, because the space never shrinks.
    if (process.argv[2] === 'serve') v8.setFlagsFromString('--semi-space-growth-factor=1');
    import('../dist/main.js');
  });
}

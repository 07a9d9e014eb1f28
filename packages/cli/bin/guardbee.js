#!/usr/bin/env node
// Nothing newer than import() on purpose: an old Node must be able to read this file to say that it is too old.
var version = process.versions.node.split('.');
if (Number(version[0]) < 24 || (Number(version[0]) === 24 && Number(version[1]) < 7)) {
  process.stderr.write(`guardbee needs Node.js 24.7 or newer; this is ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  import('node:v8').then((v8) => {
    // What a request leaves behind dies young. Unasked, V8 lets the space for it grow to 48 MiB and never shrink, and collects
    // the rest so late that a flood of logins leaves 150 MiB of garbage. Said before anything is loaded.
    var flags = ['--min-semi-space-size=4', '--semi-space-growth-factor=1', '--heap-growing-percent=30'];
    if (process.argv[2] === 'serve') flags.forEach(v8.setFlagsFromString);
    import('../dist/main.js');
  });
}

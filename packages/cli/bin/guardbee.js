#!/usr/bin/env node
// Nothing newer than import() on purpose: an old Node must be able to read this file to say that it is too old.
var version = process.versions.node.split('.');
if (Number(version[0]) < 24 || (Number(version[0]) === 24 && Number(version[1]) < 7)) {
  process.stderr.write(`guardbee needs Node.js 24.7 or newer; this is ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  import('../dist/main.js');
}

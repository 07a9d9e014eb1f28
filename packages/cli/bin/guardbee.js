#!/usr/bin/env node
// Old syntax on purpose: whatever Node this is started with must be able to read the sentence below.
var version = process.versions.node.split('.');
if (Number(version[0]) < 24 || (Number(version[0]) === 24 && Number(version[1]) < 7)) {
  process.stderr.write('guardbee needs Node.js 24.7 or newer; this is ' + process.versions.node + '.\n');
  process.exitCode = 1;
} else {
  import('../dist/main.js');
}

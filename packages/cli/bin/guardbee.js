#!/usr/bin/env node
// Nothing newer than import() on purpose: an old Node must be able to read this file to say that it is too old.
var version = process.versions.node.split('.').map(Number);
// As `engines` in package.json has it. What the command is made of leaves out 25, which nobody maintains any more.
if ((version[0] === 24 && version[1] >= 15) || version[0] >= 26) {
  import('../dist/main.js');
} else {
  process.stderr.write(
    `guardbee needs Node.js 24.15 or a later 24, or 26 or newer; this is ${process.versions.node}.\n`,
  );
  process.exitCode = 1;
}

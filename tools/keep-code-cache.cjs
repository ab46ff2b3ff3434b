'use strict';
// Run by bundle.mjs with a ResourceList on stdin: runs the function on it and keeps what the engine compiled for it in dist/.
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const filename = join(__dirname, '../dist/function.js');
const script = new Script(readFileSync(filename, 'latin1'), { filename });
script.runInThisContext()(require, (chunk) => import(chunk));
process.on('exit', () => writeFileSync(`${filename}.cache`, script.createCachedData()));

#!/usr/bin/env node
'use strict';
// Becomes dist/ameide-process: runs function.js with the compiled code that stands beside it. CommonJS, one file and no parsing, because
// they cost more than the function's own work on a usual list. Another Node than the one that compiled it compiles it anew.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const filename = `${__dirname}/function.js`;
let cachedData;
try {
  cachedData = readFileSync(`${filename}.cache`);
} catch {}
const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
script.runInThisContext()(require, (chunk) => import(chunk));

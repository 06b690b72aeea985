// @ts-check
// Lets plain Node run the sample's TypeScript on the libraries' sources, built or not: `node --require run-sources.js main.ts`.
require('../faults/processes/register.js');
const Module = require('node:module');
const { join } = require('node:path');

/** @type {Record<string, string>} */
const SOURCES = {
  'nestjs-sms-webhooks': join(__dirname, '../../libs/webhooks/src/index.ts'),
  'nestjs-sms-webhooks-receiver': join(__dirname, '../../libs/receiver/src/index.ts'),
};

/** @type {any} */
const loader = Module;
const resolveFilename = loader._resolveFilename;
loader._resolveFilename = (/** @type {string} */ request, /** @type {unknown[]} */ ...rest) =>
  SOURCES[request] ?? resolveFilename(request, ...rest);

// @ts-check
// Lets Node run the sample app and the packages of this repository from their sources, without a build:
// `node --require from-source.js sample-app/src/main.ts`.
const Module = require('node:module');
const { resolve } = require('node:path');
require('./processes/register.js');

const libs = resolve(__dirname, '../../libs');
const sources = new Map([
  ['nestjs-sms-webhooks', `${libs}/webhooks/src/index.ts`],
  ['nestjs-sms-webhooks/openapi', `${libs}/webhooks/src/openapi/index.ts`],
  ['nestjs-sms-webhooks/express', `${libs}/webhooks/src/express/index.ts`],
  ['nestjs-sms-webhooks/alerts/nodemailer', `${libs}/webhooks/src/alerts/channels/nodemailer.ts`],
  ['nestjs-sms-webhooks-receiver', `${libs}/receiver/src/index.ts`],
]);

/** @type {any} */
const loader = Module;
const resolveFilename = loader._resolveFilename;
loader._resolveFilename = (/** @type {string} */ request, /** @type {unknown[]} */ ...rest) =>
  sources.get(request) ?? resolveFilename(request, ...rest);

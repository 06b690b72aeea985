// @ts-check
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const { run } = require('./commands.js');

const root = join(__dirname, '../../..');

/** @typedef {Record<'nestjs-sms-webhooks' | 'nestjs-sms-webhooks-receiver', string>} Tarballs paths by the name of the package */

/**
 * Packs the existing builds of both packages, as npm would publish them.
 *
 * @param {string} folder where the tarballs go
 * @returns {Promise<Tarballs>}
 */
async function pack(folder) {
  const options = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  for (const library of ['webhooks', 'receiver'])
    await run('npm', options, { cwd: join(root, 'libs', library) });
  const files = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  const tarballOf = (/** @type {RegExp} */ pattern) =>
    join(folder, /** @type {string} */ (files.find((file) => pattern.test(file))));
  return {
    'nestjs-sms-webhooks': tarballOf(/webhooks-\d/),
    'nestjs-sms-webhooks-receiver': tarballOf(/receiver-\d/),
  };
}

module.exports = { pack };

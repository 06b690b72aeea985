// The signature of Standard Webhooks, written by hand: HMAC-SHA256 over `id.timestamp.body`.
const { createHmac } = require('node:crypto');

/**
 * @param {import('node:crypto').KeyObject} key the decoded secret. With a Buffer, Node 24 would create a KeyObject on each call
 * @param {string} id
 * @param {number} timestamp Unix seconds
 * @param {string | Buffer} body
 */
function signatureOf(key, id, timestamp, body) {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

/**
 * Returns the headers of one signed request.
 *
 * @param {{ id: string, body: string | Buffer }} job
 * @param {import('node:crypto').KeyObject} key
 */
function signedHeaders({ id, body }, key) {
  const timestamp = Math.floor(Date.now() / 1000);
  return {
    'content-type': 'application/json',
    'user-agent': 'bench/1',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatureOf(key, id, timestamp, body),
  };
}

module.exports = { signatureOf, signedHeaders };

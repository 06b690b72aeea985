// @ts-check
const { randomUUID } = require('node:crypto');
const { Client } = require('pg');
const { startPostgres } = require('../../../sample-app/src/postgres/start-postgres.js');

/** Databases for the hosts of one run, on the server that DATABASE_URL names or on a server started for the run. */
class Databases {
  static async start() {
    const server = process.env.DATABASE_URL ? null : await startPostgres({ durable: false });
    return new Databases(server, server?.url ?? /** @type {string} */ (process.env.DATABASE_URL));
  }

  /**
   * @param {{ stop(): Promise<void> } | null} server
   * @param {string} url
   */
  constructor(server, url) {
    this.server = server;
    this.url = url;
  }

  /**
   * Creates a database, calls `work` with its URL, and drops the database.
   *
   * @param {(url: string) => Promise<void>} work
   */
  async with(work) {
    const name = `host_${randomUUID().replaceAll('-', '')}`;
    await this.query(`create database ${name}`);
    const url = new URL(this.url);
    url.pathname = `/${name}`;
    try {
      await work(url.href);
    } finally {
      await this.query(`drop database ${name} with (force)`);
    }
  }

  async stop() {
    await this.server?.stop();
  }

  /** @param {string} sql */
  async query(sql) {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  }
}

module.exports = { Databases };

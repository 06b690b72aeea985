import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createPublishFunction, publishFunctionSignature } from '../publish/publish-function.js';
import { tablesOf } from '../tables.js';

/** The function that writes one event. Processes of earlier releases do not call it. */
export class PublishFunction1765900000000 implements MigrationInterface {
  readonly name = 'PublishFunction1765900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createPublishFunction(tablesOf(runner.connection)));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop function if exists ${publishFunctionSignature(tablesOf(runner.connection))}`);
  }
}

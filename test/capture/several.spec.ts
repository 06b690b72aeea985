import { TypeOrmModule } from '@nestjs/typeorm';
import { Column, Entity, type MigrationInterface, PrimaryColumn, type QueryRunner } from 'typeorm';
import { capture } from '../../libs/webhooks/src/capture/definition/capture.js';
import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';
import { captureMigration } from '../../libs/webhooks/src/store/schema/capture/capture-migration.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { Engine } from '../engine/support/engine.js';
import type { WorkerSettings } from '../engine/support/worker.js';
import { backend, captureStatus } from './backend.js';
import { Message } from './message.js';

/** One part of a long message. Two columns form the primary key. */
@Entity()
class Part {
  @PrimaryColumn() messageId!: string;
  @PrimaryColumn({ name: 'place' }) index!: number;
  @Column() accountId!: number;
  @Column({ default: false }) sent!: boolean;
}

class CreateParts1765000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table part ("messageId" varchar, place int, "accountId" int not null,
      sent boolean not null default false, primary key ("messageId", place))`);
  }

  async down(): Promise<void> {}
}
class CaptureNote1765100000000 extends captureMigration(Message, { column: 'note' }) {}
class CapturePart1765200000000 extends captureMigration(Part, { column: 'sent' }) {}

const partSent = capture(Part, {
  column: 'sent',
  tenant: 'accountId',
  map: ({ messageId, index }, _, { tenantId }) => {
    if (messageId === 'bad') throw new Error('no such message');
    const id = `${messageId}/${index}`;
    return messageEvent('message.sent', {
      tenantId,
      message: { id, direction: 'out', from: 'ACME', to: '+15550100' },
    });
  },
});
const noteChanged = capture(Message, {
  column: 'note',
  tenant: 'accountId',
  map: ({ id, note }, _, { tenantId }) => ({
    type: 'webhook.test',
    tenantId,
    subject: id,
    data: { message: note },
  }),
});

const first = backend(captureStatus());
const host: WorkerSettings = {
  imports: [
    ...first.imports!,
    TypeOrmModule.forFeature([Part]),
    WebhooksModule.forFeature([partSent]),
    WebhooksModule.forFeature([noteChanged]),
  ],
  migrations: [
    ...first.migrations!,
    CreateParts1765000000000,
    CaptureNote1765100000000,
    CapturePart1765200000000,
  ],
};

describe('Several modules that capture', () => {
  let engine: Engine;
  beforeEach(async () => {
    engine = await Engine.start(host);
    await engine.endpoint('1', '/hooks');
  });
  afterEach(() => engine.close());

  const sql = (text: string) => engine.first.dataSource.query(text);
  const arrived = () =>
    engine.receiver.arrivals.map(({ body }) => {
      const { type, data } = JSON.parse(body) as { type: string; data: { message: string | { id: string } } };
      return `${type} ${typeof data.message === 'string' ? data.message : data.message.id}`;
    });

  it('publish the changes of their own columns, even if two of them capture the same entity', async () => {
    await sql(`insert into message (id, "accountId") values ('m1', 1)`);
    await sql(`insert into part values ('m1', 1, 1), ('m1', 2, 1)`);
    await sql(`update message set status = 'sent', note = 'hello'`);
    await sql(`update part set sent = true`);
    await engine.runOnce();
    expect(arrived().toSorted()).toEqual([
      'message.sent m1',
      'message.sent m1/1',
      'message.sent m1/2',
      'webhook.test hello',
    ]);
  });

  it('tell rows apart by all columns of their primary key', async () => {
    await sql(`insert into part values ('bad', 1, 1), ('bad', 2, 1), ('good', 1, 1)`);
    await sql(`update part set sent = true`);
    await engine.runOnce();
    expect(arrived()).toEqual(['message.sent good/1']);
    const failing = (await engine.webhooks.health()).find(({ kind }) => kind === 'capture-failing');
    expect(failing).toMatchObject({ data: { capture: 'part.sent', failing: 2 } });
    expect(engine.log.warnings.concat(engine.log.errors).join('\n')).toMatch(
      /row \["bad", [12]\].* and 1 other rows/,
    );
    engine.log.warnings.length = engine.log.errors.length = 0;
  });
});

it('Two captures of one column in two modules stop the start', async () => {
  const twice = { ...first, imports: [...first.imports!, WebhooksModule.forFeature([captureStatus()])] };
  await expect(Engine.start(twice)).rejects.toThrow('message.status is captured twice. Keep one capture');
});

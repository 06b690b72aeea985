// Starts a host once, with or without the webhooks page. Reports the duration of the start, and the memory that the host uses.
const { serve } = require('./child-process.js');
const { engine, hostPackage } = require('./engine.js');
const { processCpuMs } = require('../measure/cpu-of-this-process.js');
const { monotonic } = require('../measure/monotonic-clock.js');

hostPackage('reflect-metadata');
const { NestFactory } = hostPackage('@nestjs/core');
const { TypeOrmModule } = hostPackage('@nestjs/typeorm');
const { WebhooksModule } = engine();

serve({
  /**
   * @param {{ databaseUrl: string, portal: object | false }} host
   * @returns time and CPU time (ms) until the host listens, and memory (bytes)
   */
  async start({ databaseUrl, portal }) {
    const url = databaseUrl;
    const before = monotonic();
    const cpuBefore = processCpuMs();
    class Host {}
    const imports = [
      TypeOrmModule.forRoot({ type: 'postgres', url, autoLoadEntities: true }),
      WebhooksModule.forRoot({
        role: 'api',
        guards: [{ canActivate: () => false }],
        tenant: () => 'a',
        encryption: { current: { id: 'k1', key: 'ab'.repeat(32) } },
        portal,
      }),
    ];
    const app = await NestFactory.create({ module: Host, imports }, { logger: false });
    await app.listen(0, '127.0.0.1');
    const ms = monotonic() - before;
    const cpuMs = processCpuMs() - cpuBefore;
    for (let i = 0; i < 3; i++) global.gc();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { ms, cpuMs, bytes: heapUsed + external, rss };
  },
});

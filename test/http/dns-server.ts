import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';

/** What a name server answers to one question: addresses, an error, or nothing at all. */
export type DnsAnswer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'silence';

const RCODES = { NXDOMAIN: 3, SERVFAIL: 2 };

/** A name server on loopback. */
export class DnsServer {
  readonly questions: string[] = [];
  private readonly socket = createSocket('udp4');

  constructor(private readonly answer: (name: string, type: 'A' | 'AAAA') => DnsAnswer) {}

  /** Starts the server, and returns a resolver that asks only this server. */
  async start(): Promise<Resolver> {
    this.socket.on('message', (query, from) => {
      const reply = this.reply(query);
      if (reply) this.socket.send(reply, from.port, from.address);
    });
    this.socket.bind(0, '127.0.0.1');
    await once(this.socket, 'listening');
    const resolver = new Resolver({ timeout: 1_000, tries: 1 });
    resolver.setServers([`127.0.0.1:${this.socket.address().port}`]);
    return resolver;
  }

  stop(): void {
    this.socket.close();
  }

  private reply(query: Buffer): Buffer | null {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at]!; length > 0; length = query[at]!) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const type = query.readUInt16BE(at + 1) === 28 ? 'AAAA' : 'A';
    const question = query.subarray(12, at + 5);
    this.questions.push(`${type} ${labels.join('.')}`);
    const answer = this.answer(labels.join('.'), type);
    if (answer === 'silence') return null;

    const records = typeof answer === 'string' ? [] : answer.map((address) => record(address));
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8180 | (typeof answer === 'string' ? RCODES[answer] : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    head.writeUInt32BE(0, 8);
    return Buffer.concat([head, question, ...records]);
  }
}

function record(address: string): Buffer {
  const isV4 = !address.includes(':');
  const data = isV4
    ? Buffer.from(address.split('.').map(Number))
    : Buffer.from(
        address
          .split(':')
          .map((group) => group.padStart(4, '0'))
          .join(''),
        'hex',
      );
  const head = Buffer.from([0xc0, 12, 0, isV4 ? 1 : 28, 0, 1, 0, 0, 0, 60, 0, data.length]);
  return Buffer.concat([head, data]);
}

import { type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { HeadReader } from './head-reader.js';

const STRICT = 'HTTP/1.1 200 OK\r\na: b c\r\ncontent-length: 2\r\n\r\nok';

/** Returns what comes out of a socket that receives these pieces after a request was sent. */
function receive(...pieces: string[]): { passed: string; isOdd: boolean } {
  const socket = new Readable({ read: () => undefined });
  const reader = new HeadReader(socket as Socket);
  reader.expectHead();
  for (const piece of pieces) socket.push(Buffer.from(piece, 'latin1'));
  return { passed: ((socket.read() as Buffer | null) ?? '').toString('latin1'), isOdd: reader.isOdd };
}

describe('HeadReader', () => {
  it.each([
    ['leaves', 'a plain head', STRICT, false],
    ['unfolds', 'a line', STRICT.replace(' c', '\r\n\t c'), true],
    ['adds CR to', 'lines that end with LF', STRICT.replaceAll('\r\n', '\n'), true],
    ['drops', 'interim responses', `HTTP/1.1 100 x\r\n\r\nHTTP/1.0 103\na: b\n\n${STRICT}`, true],
    ['drops', 'empty lines before the head', `\r\n\n${STRICT}`, true],
    [
      'drops',
      'a repeated content-length line',
      STRICT.replace('\r\n\r\n', '\r\nContent-Length:2 \r\n\r\n'),
      true,
    ],
  ])('%s %s, wherever the bytes are cut', (_, __, answer, isOdd) => {
    for (let at = 0; at <= answer.length; at++) {
      const pieces = [answer.slice(0, at), answer.slice(at)].filter(Boolean);
      expect([at, receive(...pieces)]).toEqual([at, { passed: STRICT, isOdd }]);
    }
    expect(receive(...answer)).toEqual({ passed: STRICT, isOdd });
  });

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['a head without a status', 'HTTP/1.1 OK\n\n'],
    ['a fold without a line', 'HTTP/1.1 200 OK\r\n a: b\r\n\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 x\r\n\r\nabc'],
  ])('passes on %s at once, so that the parser refuses it', (_, bytes) => {
    expect(receive(bytes).passed).toBe(bytes);
  });

  it('does not touch what arrives before a request is sent', () => {
    const socket = new Readable({ read: () => undefined });
    const reader = new HeadReader(socket as Socket);
    socket.push(Buffer.from('HTTP/1.1 1'));

    expect(String(socket.read())).toBe('HTTP/1.1 1');
    expect(reader.hasStarted).toBe(false);
  });
});

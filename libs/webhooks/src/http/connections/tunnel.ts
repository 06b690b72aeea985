import type { Socket } from 'node:net';
import { ConnectionError, toConnectionError } from './dial.js';
import { HeadBuffer } from './head-buffer.js';
import type { ResponseHead } from './response-head.js';
import { DESTINATION_NOT_ALLOWED } from '../policy/url-policy.js';

/** Limit on all bytes before the tunnel: interim responses and the head. */
const MAX_BYTES = 131_072;

/**
 * Asks a proxy for a tunnel (CONNECT, RFC 9110 9.3.6). Each 2xx opens it. Headers about a body are ignored, because there
 * is no body: the bytes after the head come from the receiver.
 * @param done called exactly once. After an error, the socket is destroyed.
 */
export function openTunnel(
  socket: Socket,
  authority: string,
  authorization: string | null,
  done: (error: ConnectionError | null) => void,
): void {
  const buffer = new HeadBuffer();
  let received = 0;
  const end = (error: ConnectionError | null): void => {
    socket.off('readable', onReadable).off('end', onEnd).off('error', onError).off('close', onEnd);
    if (error) socket.destroy();
    done(error);
  };
  const onEnd = (): void => onError(new Error('The socket closed'));
  const onError = (error: Error): void => end(toConnectionError(error, 'tunnel'));
  const onReadable = (): void => {
    for (let chunk: Buffer | null; (chunk = socket.read() as Buffer | null);) {
      received += chunk.length;
      const state = buffer.add(chunk);
      if (state === 'complete') {
        const { head, rest } = buffer;
        if (rest.length > 0) socket.unshift(rest);
        return end(refusalOf(head!));
      }
      if (state !== 'incomplete' || received > MAX_BYTES)
        return end(new ConnectionError('proxy', `The proxy's response is malformed or too large.`));
    }
  };
  socket.on('readable', onReadable).on('end', onEnd).on('error', onError).on('close', onEnd);
  const credentials = authorization === null ? '' : `proxy-authorization: ${authorization}\r\n`;
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n${credentials}\r\n`);
}

/** Returns `null` if the tunnel is open. A refusal by the proxy's policy and a receiver that is down do not count as failures of the proxy. */
function refusalOf({ status, lines }: ResponseHead): ConnectionError | null {
  if (status >= 200 && status < 300) return null;
  if (status === 403 || lines.some((line) => /^x-smokescreen-error:/i.test(line))) {
    return new ConnectionError('blocked', DESTINATION_NOT_ALLOWED, `the proxy returned ${status}`);
  }
  if (status === 502 || status === 503 || status === 504) {
    return new ConnectionError('connect', `The connection failed (the proxy returned ${status}).`);
  }
  return new ConnectionError('proxy', `The proxy refused the tunnel (${status}).`);
}

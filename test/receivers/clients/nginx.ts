import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Certificate } from '../../http/certificate.js';
import { freePort } from '../../support/free-port.js';

/** The nginx of this machine, or `null`. Debian installs it in a directory that is not in every user's PATH. */
export const nginx =
  ['nginx', '/usr/sbin/nginx'].find((file) => spawnSync(file, ['-v']).status === 0) ?? null;

/** An nginx that terminates TLS in front of other servers. */
export interface TlsProxy {
  port: number;
  close(): Promise<void>;
}

/** Starts an nginx. `upstreams` maps the first segment of a path, which nginx removes, to the port of a server. */
export async function startNginx(
  { key, cert }: Certificate,
  upstreams: Record<string, number>,
): Promise<TlsProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  const port = await freePort();
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const locations = Object.entries(upstreams).map(
    ([path, upstream]) => `location /${path}/ { proxy_pass http://127.0.0.1:${upstream}/; }`,
  );
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const config = file(
    'nginx.conf',
    `daemon off;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    worker_processes 1;
    pid ${join(folder, 'pid')};
    error_log stderr notice;
    events {}
    http {
      access_log off;
      ${temp.join('\n')}
      server {
        listen 127.0.0.1:${port} ssl;
        ssl_certificate ${file('cert.pem', cert)};
        ssl_certificate_key ${file('key.pem', key)};
        ${locations.join('\n')}
      }
    }`,
  );
  const child = spawn(nginx!, ['-c', config, '-p', folder, '-e', 'stderr']);
  const closed = once(child, 'close');
  const lines: string[] = [];
  await new Promise<void>((started, failed) => {
    child.once('error', failed);
    child.once('exit', () => failed(new Error(`nginx ended: ${lines.join('\n')}`)));
    createInterface(child.stderr).on('line', (line) => {
      lines.push(line);
      if (/start worker process \d+/.test(line)) started();
    });
  });
  return {
    port,
    async close() {
      child.kill('SIGTERM');
      await closed;
      rmSync(folder, { recursive: true });
    },
  };
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../usage.error.js';

/** A request in a file, as `listen --save` writes it. */
export interface StoredRequest {
  /** ISO 8601. */
  receivedAt: string;
  path: string;
  headers: Record<string, string | string[]>;
  body: string;
  /** `base64`: the bytes are not UTF-8. */
  bodyEncoding: 'utf8' | 'base64';
}

/** Writes requests to a folder, in files whose names sort by time. Only the owner of a file can read it. */
export class RequestFolder {
  private count = 0;

  constructor(private readonly path: string) {}

  /** Throws {@link UsageError} if the folder cannot be created. */
  async open(): Promise<void> {
    await mkdir(this.path, { recursive: true }).catch((error: Error) =>
      Promise.reject(new UsageError(`--save: the folder cannot be created: ${error.message}.`)),
    );
  }

  /** Returns the path of the file. */
  async save(
    { at, path, headers, body }: { at: Date; path: string; headers: StoredRequest['headers']; body: Buffer },
    name: string,
  ): Promise<string> {
    const text = body.toString('utf8');
    const isText = Buffer.from(text).equals(body);
    const stored: StoredRequest = {
      receivedAt: at.toISOString(),
      path,
      headers,
      body: isText ? text : body.toString('base64'),
      bodyEncoding: isText ? 'utf8' : 'base64',
    };
    const time = stored.receivedAt.replaceAll(/[-:.]/g, '');
    const safeName = name.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 60);
    const file = join(this.path, `${time}-${String(++this.count).padStart(4, '0')}-${safeName}.json`);
    await writeFile(file, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600 });
    return file;
  }
}

/** Returns the exact bytes. */
export function bodyOf({ body, bodyEncoding }: Pick<StoredRequest, 'body' | 'bodyEncoding'>): Buffer {
  return Buffer.from(body, bodyEncoding);
}

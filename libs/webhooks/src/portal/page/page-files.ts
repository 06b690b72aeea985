import { gunzipSync } from 'node:zlib';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { WebhooksSetupError } from '../../core/errors.js';

/** A built file of the page. */
interface PackedFile {
  /** Content type. */
  type: string;
  etag: string;
  /** Base64. */
  br: string;
  gzip: string;
  /** Size (bytes) of the file without compression. */
  size: number;
}

interface Bundle {
  html: string;
  files: Readonly<Record<string, PackedFile>>;
}

type Encoding = 'br' | 'gzip' | 'identity';

/** A file in the encoding that a client accepts. */
export interface ServedFile {
  type: string;
  etag: string;
  encoding: Encoding;
  content: Buffer;
}

/** The page's own files. They are loaded when an app with the page starts. */
@Injectable()
export class PageFiles implements OnModuleInit {
  private bundle: Bundle | null = null;
  private readonly decoded = new Map<string, Buffer>();

  async onModuleInit(): Promise<void> {
    this.bundle = await load();
  }

  get html(): string {
    return this.bundle!.html;
  }

  /** @param acceptEncoding the request's header */
  find(name: string, acceptEncoding: string): ServedFile | null {
    const { files } = this.bundle!;
    const file = Object.hasOwn(files, name) ? files[name]! : null;
    if (file === null) return null;
    const encoding = chooseEncoding(acceptEncoding);
    // The uncompressed content is not cached, because clients that accept no compression are rare.
    const content =
      encoding === 'identity'
        ? gunzipSync(this.decode(name, 'gzip', file))
        : this.decode(name, encoding, file);
    return { type: file.type, etag: file.etag, encoding, content };
  }

  private decode(name: string, encoding: 'br' | 'gzip', file: PackedFile): Buffer {
    const key = `${encoding} ${name}`;
    const content = this.decoded.get(key) ?? Buffer.from(file[encoding], 'base64');
    this.decoded.set(key, content);
    return content;
  }
}

async function load(): Promise<Bundle> {
  try {
    const loaded: Bundle & { default?: Bundle } = await import('./files.cjs');
    return loaded.html === undefined ? loaded.default! : loaded;
  } catch (error) {
    throw new WebhooksSetupError(
      `WebhooksModule: the files of the webhooks page cannot be loaded (${(error as Error).message}). ` +
        'In a checkout of this package, build them first: npm run build -w libs/portal.',
    );
  }
}

function chooseEncoding(header: string): Encoding {
  const accepted = new Map(
    header.split(',').map((part) => {
      const [name = '', ...parameters] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const quality = parameters.find((each) => each.startsWith('q='));
      return [name, quality === undefined ? 1 : Number(quality.slice(2))];
    }),
  );
  const accepts = (name: string): boolean => (accepted.get(name) ?? accepted.get('*') ?? 0) > 0;
  return accepts('br') ? 'br' : accepts('gzip') ? 'gzip' : 'identity';
}

import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TYPES = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

const DECLARATIONS = `/** One file of the webhooks page. */
export interface PortalFile {
  /** Value of \`Content-Type\`. */
  type: string;
  /** Value of \`ETag\`, with its quotes. */
  etag: string;
  /** Compressed with Brotli, as base64. */
  br: string;
  /** Compressed with gzip, as base64. */
  gzip: string;
  /** Length of the plain file in bytes. */
  size: number;
}

/** The page. The server replaces \`%BASE%\` with the path of the folder that contains \`assets/\`. */
export const html: string;
/** The files below \`assets/\`, by name. Each name has a hash of the content. */
export const files: Readonly<Record<string, PortalFile>>;
`;

function packFile(name, content) {
  const type = TYPES[extname(name)];
  if (!type) throw new Error(`No content type is known for ${name}: add one to build/pack.js`);
  const plain = Buffer.from(content);
  return {
    type,
    etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    br: brotliCompressSync(plain, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
      },
    }).toString('base64'),
    gzip: gzipSync(plain, { level: 9 }).toString('base64'),
    size: plain.length,
  };
}

/** Compresses the files of the page. In `assets`, the keys are file names without `assets/`, the values are contents. */
export const packFiles = (assets) =>
  Object.fromEntries(Object.entries(assets).map(([name, content]) => [name, packFile(name, content)]));

/** Size of a packed file with gzip, in bytes. Browsers that accept Brotli load less. */
export const gzippedBytes = (file) => Buffer.from(file.gzip, 'base64').length;

/**
 * Writes the page as one CommonJS module, and the page's texts as JSON beside this module. The server imports the module and
 * reads no other file of the page.
 */
export function writePage(folder, { html, files, sources, strings }) {
  const code = `// sources ${sources}\nexports.html = ${JSON.stringify(html)};\nexports.files = ${JSON.stringify(files)};\n`;
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of [
    ['files.d.cts', DECLARATIONS],
    ['strings.json', `${JSON.stringify(strings, null, 2)}\n`],
    ['files.cjs', code],
  ]) {
    // Another process may be reading the old file.
    const temporary = join(folder, `.${name}.${process.pid}`);
    writeFileSync(temporary, content);
    renameSync(temporary, join(folder, name));
  }
}

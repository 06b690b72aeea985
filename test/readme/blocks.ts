import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** One block of code on a page. */
export interface Block {
  language: string;
  /** The name in `file=name` after the language. */
  file: string | null;
  text: string;
}

export function blocksOf(file: string): Block[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```(\w*)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)].map(
    ([, language, name, content]) => ({ language: language!, file: name ?? null, text: content! }),
  );
}

/** For each README: the other pages whose blocks belong to the same example app. */
export const PAGES: Record<string, string[]> = {
  'README.md': [
    'docs/setup.md',
    'docs/publishing.md',
    'docs/capture.md',
    'docs/testing.md',
    'docs/express.md',
    'docs/openapi.md',
    'docs/portal.md',
    'docs/observability.md',
  ],
  'libs/webhooks/README.md': [],
};

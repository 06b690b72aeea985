import type { ComponentChildren } from 'preact';
import type { StringKey } from './catalogue.ts';
import { textOf } from './translate.ts';

/** A text with elements in it: `<Text of="form.accountSecret" with={{ link: <a …>…</a> }} />`. */
export function Text({ of, with: parts }: { of: StringKey; with: Record<string, ComponentChildren> }) {
  return (
    <>
      {textOf(of)
        .split(/\{(\w+)\}/)
        .map((piece, index) => (index % 2 === 0 ? piece : (parts[piece] ?? `{${piece}}`)))}
    </>
  );
}

import * as fc from 'fast-check';
import { toStorableText } from './response-text.js';

describe('toStorableText', () => {
  it('keeps a short text as it is', () => {
    expect(toStorableText(Buffer.from('äöü €😀'), 100, false)).toBe('äöü €😀');
    expect(toStorableText(Buffer.alloc(0), 100, true)).toBe('');
  });

  it('replaces an incomplete character at the end of a complete body, and drops it at the end of a cut one', () => {
    const unfinished = Buffer.from('a€').subarray(0, 3);
    expect(toStorableText(unfinished, 100, false)).toBe('a\ufffd');
    expect(toStorableText(unfinished, 100, true)).toBe('a');
    expect(toStorableText(Buffer.from('a€b'), 3, false)).toBe('a');
  });

  it('returns text that any database can store, with at most the given bytes, whatever the input', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 4, max: 150 }),
        fc.boolean(),
        (bytes, keep, cut) => {
          const text = toStorableText(Buffer.from(bytes), keep, cut);
          expect(text).not.toContain('\0');
          expect(text).not.toMatch(/\p{Surrogate}/u);
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(keep);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('keeps all of a text that fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), (text) => {
        fc.pre(!text.includes('\0') && !text.startsWith('\ufeff'));
        expect(toStorableText(Buffer.from(text), 10_000, false)).toBe(text);
      }),
    );
  });
});

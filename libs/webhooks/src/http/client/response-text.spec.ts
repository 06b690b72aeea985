import * as fc from 'fast-check';
import { toStorableText } from './response-text.js';

describe('toStorableText', () => {
  it('keeps a short text as it is', () => {
    expect(toStorableText(Buffer.from('äöü €😀'), 100, false)).toBe('äöü €😀');
    expect(toStorableText(Buffer.alloc(0), 100, true)).toBe('');
  });

  it('replaces an incomplete last character of a complete body, and omits an incomplete last character of a cut body', () => {
    const unfinished = Buffer.from('a€').subarray(0, 3);
    expect(toStorableText(unfinished, 100, false)).toBe('a\ufffd');
    expect(toStorableText(unfinished, 100, true)).toBe('a');
    expect(toStorableText(Buffer.from('a€b'), 3, false)).toBe('a');
  });

  it('returns, for any input, text that a database can store, in at most the given number of bytes', () => {
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

  it('keeps the whole text if it fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), (text) => {
        fc.pre(!text.includes('\0') && !text.startsWith('\ufeff'));
        expect(toStorableText(Buffer.from(text), 10_000, false)).toBe(text);
      }),
    );
  });
});

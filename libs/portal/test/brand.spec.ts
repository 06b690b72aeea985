import { assert, integer, property, tuple } from 'fast-check';
import { accentProperties, contrast } from '../src/session/brand.ts';

type Rgb = [number, number, number];
const read = (css: string): Rgb => css.match(/\d+/g)!.map(Number) as Rgb;

describe('The accent colour of a host', () => {
  it('gives texts enough contrast in both themes, whatever the colour is', () => {
    const color = tuple(...[0, 1, 2].map(() => integer({ min: 0, max: 255 })));
    assert(
      property(color, (parts) => {
        const hex = `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
        const css = accentProperties(hex)!;
        const [brand, onBrand] = [read(css['--brand']!), read(css['--on-brand']!)];
        expect(contrast(brand, onBrand)).toBeGreaterThanOrEqual(4.5);
        // The backgrounds of links in tokens.css.
        expect(contrast(read(css['--brand-text-light']!), [246, 248, 250])).toBeGreaterThanOrEqual(4.5);
        expect(contrast(read(css['--brand-text-dark']!), [22, 27, 34])).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });

  it('is left out if it is not a colour', () => {
    expect(accentProperties('red; background: url(x)')).toBeNull();
  });
});

import type { Brand } from './session.ts';

type Rgb = [number, number, number];

const parse = (hex: string): Rgb | null => {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  return match ? (match.slice(1).map((part) => parseInt(part, 16)) as Rgb) : null;
};

/** Relative luminance as WCAG 2 defines it. */
function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: Rgb, other: Rgb): number {
  const [high, low] = [luminance(one), luminance(other)].toSorted((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Mixes a colour with white or black until the result is readable on the background. */
export function readableOn(background: Rgb, color: Rgb): Rgb {
  const goal = luminance(background) > 0.4 ? 0 : 255;
  let mixed = color;
  for (let step = 0; step < 20 && contrast(mixed, background) < 4.6; step++)
    mixed = mixed.map((part) => Math.round(part + (goal - part) * 0.1)) as Rgb;
  return mixed;
}

const css = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`;

/**
 * Returns the accent as CSS properties: the accent itself, the colour of text on it, and for each theme a variant that is
 * readable as text. Returns `null` if the accent is not `#rrggbb`.
 */
export function accentProperties(accent: string): Record<string, string> | null {
  const color = parse(accent);
  if (!color) return null;
  const white: Rgb = [255, 255, 255];
  const ink: Rgb = [0, 0, 0];
  return {
    '--brand': css(color),
    '--on-brand': css(contrast(white, color) >= contrast(ink, color) ? white : ink),
    '--brand-text-light': css(readableOn([246, 248, 250], color)),
    '--brand-text-dark': css(readableOn([22, 27, 34], color)),
  };
}

/**
 * Applies the host's accent and name. Sets the colours by script, because the page's content security policy forbids style
 * attributes.
 */
export function applyBrand(brand: Brand | null | undefined, title: string): void {
  document.title = brand?.name ? `${title} · ${brand.name}` : title;
  const properties = brand?.accent ? accentProperties(brand.accent) : null;
  if (!properties) return;
  const { style } = document.documentElement;
  for (const [name, value] of Object.entries(properties)) style.setProperty(name, value);
  document.documentElement.classList.add('branded');
}

import { catalogue, type StringKey } from './catalogue.ts';

export type Values = Readonly<Record<string, string | number>>;

let overrides: Readonly<Record<string, string>> = {};

/** Sets the host's texts, which replace those of the catalogue by key. Texts from an earlier call are dropped. */
export function overrideStrings(strings: Readonly<Record<string, string>> | null | undefined): void {
  overrides = strings ?? {};
}

export const textOf = (key: StringKey): string => overrides[key] ?? catalogue[key];

const plurals = new Intl.PluralRules('en');
const numbers = new Intl.NumberFormat();

/** Formats a number in the reader's language. */
export const numberText = (value: number): string => numbers.format(value);

/**
 * Returns the form of `text` for the number `n`. `text` has two forms, `one | other`; without a bar, it has only one
 * form.
 */
function pluralForm(text: string, n: string | number | undefined): string {
  const [one, other] = text.split(' | ') as [string, string | undefined];
  return other === undefined || (typeof n === 'number' && plurals.select(n) === 'one') ? one : other;
}

/** Returns a text of the page. `{name}` is replaced by a value. Numbers are formatted in the reader's language. */
export function t(key: StringKey, values: Values = {}): string {
  return pluralForm(textOf(key), values.n).replaceAll(/\{(\w+)\}/g, (all, name: string) => {
    const value = values[name];
    if (value === undefined) return all;
    return typeof value === 'number' ? numbers.format(value) : value;
  });
}

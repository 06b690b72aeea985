import { badRequest, type ErrorDetail } from '../core/request-error.js';
import { parseInstant } from '../core/instants.js';
import { closestName } from '../config/closest-name.js';
import { printableName } from '../validation/json-shape.js';

/** Maximum number of unknown parameters that one error names. */
const MAX_UNKNOWN = 5;

/**
 * Reads the fields of a query string one by one and reports all wrong fields in one 400. Fields that nobody reads are
 * errors too, because a misspelled filter would return everything.
 *
 * Bodies are checked with class-validator. That package does not fit query strings, where everything is text: each
 * field would need a conversion in addition to its check, and each list of fields would need a class.
 */
export class QueryReader {
  private readonly problems: ErrorDetail[] = [];
  private readonly known: string[] = [];

  /** @param ignored fields that are allowed although nobody reads them; `'all'`: any field */
  constructor(
    private readonly values: Record<string, unknown>,
    private readonly ignored: readonly string[] | 'all' = [],
  ) {}

  text(field: string, max = 255): string | undefined {
    this.known.push(field);
    const value = this.values[field];
    if (value === undefined) return undefined;
    if (typeof value !== 'string') return this.report(field, 'must be given once');
    if (value === '' || value.length > max) return this.report(field, `must have 1 to ${max} characters`);
    if (value.includes('\0') || !value.isWellFormed())
      return this.report(field, 'must not contain NUL characters or halves of surrogate pairs');
    return value;
  }

  wholeNumber(field: string, min: number, max: number): number | undefined {
    const text = this.text(field);
    if (text === undefined) return undefined;
    const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    return number >= min && number <= max
      ? number
      : this.report(field, `must be a whole number from ${min} to ${max}`);
  }

  flag(field: string): boolean | undefined {
    const text = this.text(field);
    if (text === undefined) return undefined;
    if (text === 'true' || text === 'false') return text === 'true';
    return this.report(field, 'must be true or false');
  }

  oneOf<T extends string>(field: string, all: readonly T[]): T | undefined {
    const text = this.text(field);
    if (text === undefined) return undefined;
    return all.find((each) => each === text) ?? this.report(field, `must be one of ${all.join(', ')}`);
  }

  /** One of `names`; if `isOpen`, any other name too. */
  name(field: string, names: readonly string[], isOpen: boolean): string | undefined {
    const text = this.text(field, 128);
    if (text === undefined || isOpen || names.includes(text)) return text;
    const meant = closestName(text, names);
    return this.report(field, `is unknown${meant === null ? '' : `: did you mean ${meant}?`}`);
  }

  /** Several values, separated by commas. */
  manyOf<T extends string>(field: string, all: readonly T[]): T[] | undefined {
    const texts = this.text(field)?.split(',');
    if (texts === undefined) return undefined;
    const found = all.filter((each) => texts.includes(each));
    return texts.every((text) => found.includes(text as T))
      ? found
      : this.report(field, `must be one or more of ${all.join(', ')}, separated by commas`);
  }

  /** Epoch ms. */
  instant(field: string): number | undefined {
    const text = this.text(field);
    if (text === undefined) return undefined;
    return parseInstant(text) ?? this.report(field, 'must be a date and time such as 2026-11-20T10:00:00Z');
  }

  /** Returns `read`. Throws a 400 if a field has a wrong value, or if the query string has a field that was not read. */
  result<T>(read: T): T {
    this.reportUnknown();
    if (this.problems.length > 0) throw badRequest(...this.problems);
    return read;
  }

  private reportUnknown(): void {
    const { known, ignored } = this;
    if (ignored === 'all') return;
    const unknown = Object.keys(this.values).filter(
      (each) => !known.includes(each) && !ignored.includes(each),
    );
    for (const name of unknown.slice(0, MAX_UNKNOWN)) {
      const field = printableName(name);
      const meant = closestName(name, known);
      const help = meant === null ? `Known: ${known.join(', ')}.` : `Did you mean ${meant}?`;
      const message = `${field} is not a query parameter of this request. ${help}`;
      this.problems.push({ field, code: 'unknown_field', message });
    }
  }

  private report(field: string, rule: string): undefined {
    this.problems.push({
      field,
      code: 'invalid',
      message: `${field} ${rule}${rule.endsWith('?') ? '' : '.'}`,
    });
    return undefined;
  }
}

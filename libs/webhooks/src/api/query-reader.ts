import { badRequest, type ErrorDetail } from '../core/request-error.js';
import { parseInstant } from '../core/instants.js';

/**
 * Reads a query string's fields one by one and names all that are wrong in one 400. Names it is not asked for are left
 * alone: they may be the host's.
 */
export class QueryReader {
  private readonly problems: ErrorDetail[] = [];

  constructor(private readonly values: Record<string, unknown>) {}

  text(field: string, max = 255): string | undefined {
    const value = this.values[field];
    if (value === undefined) return undefined;
    if (typeof value !== 'string') return this.wrong(field, 'must be given once');
    if (value === '' || value.length > max) return this.wrong(field, `must have 1 to ${max} characters`);
    if (value.includes('\0') || !value.isWellFormed())
      return this.wrong(field, 'must not hold NUL or half of a surrogate pair');
    return value;
  }

  whole(field: string, min: number, max: number): number | undefined {
    const text = this.text(field);
    if (text === undefined) return undefined;
    const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    return number >= min && number <= max
      ? number
      : this.wrong(field, `must be a whole number from ${min} to ${max}`);
  }

  flag(field: string): boolean | undefined {
    const text = this.text(field);
    if (text === undefined) return undefined;
    if (text === 'true' || text === 'false') return text === 'true';
    return this.wrong(field, 'must be true or false');
  }

  oneOf<T extends string>(field: string, all: readonly T[]): T | undefined {
    const text = this.text(field);
    if (text === undefined) return undefined;
    return all.find((each) => each === text) ?? this.wrong(field, `must be one of ${all.join(', ')}`);
  }

  /** Several, separated by commas. */
  manyOf<T extends string>(field: string, all: readonly T[]): T[] | undefined {
    const texts = this.text(field)?.split(',');
    if (texts === undefined) return undefined;
    const found = all.filter((each) => texts.includes(each));
    return texts.every((text) => found.includes(text as T))
      ? found
      : this.wrong(field, `must be one or more of ${all.join(', ')}, separated by commas`);
  }

  /** Epoch milliseconds. */
  instant(field: string): number | undefined {
    const text = this.text(field);
    if (text === undefined) return undefined;
    return parseInstant(text) ?? this.wrong(field, 'must be an instant such as 2026-11-20T10:00:00Z');
  }

  /** What was read, unless something was wrong. */
  result<T>(read: T): T {
    if (this.problems.length > 0) throw badRequest(...this.problems);
    return read;
  }

  private wrong(field: string, what: string): undefined {
    this.problems.push({ field, code: 'invalid', message: `${field} ${what}.` });
    return undefined;
  }
}

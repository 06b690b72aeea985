import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import { parseInstant } from '../core/instants.js';
import { isMailAddress } from '../core/mail-address.js';
import { findMetadataProblem } from './metadata.js';

/** Combines several decorators into one. */
const combine =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, key) =>
    decorators.forEach((decorate) => decorate(target, key));

/** Must be present and not null. */
export const Required = (): PropertyDecorator => IsDefined({ message: '$property is required' });

/** May be left out, but not null. */
export const Optional = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** May be left out or null. `null` clears the value. */
export const Nullable = (): PropertyDecorator => IsOptional();

/** Matches a control character, such as NUL, a tab or a line end. Letters of every alphabet do not match. */
const CONTROL_CHARACTER = /\p{Cc}/u;
/** Matches the same characters, except line ends and tabs. */
const CONTROL_CHARACTER_IN_LINE = /[^\P{Cc}\t\n\r]/u;

/** A string of one line, 1 to `max` characters. A string of blanks counts as empty. */
export const Text = (max: number): PropertyDecorator => text(max, CONTROL_CHARACTER);

/** A string of several lines, 1 to `max` characters. A string of blanks counts as empty. */
export const Note = (max: number): PropertyDecorator => text(max, CONTROL_CHARACTER_IN_LINE);

const text = (max: number, forbidden: RegExp): PropertyDecorator =>
  combine(
    IsString({ message: '$property must be a string' }),
    MaxLength(max, { message: `$property must be at most ${max} characters long` }),
    ValidateBy({
      name: 'minLength',
      validator: {
        validate: (value: unknown) => typeof value !== 'string' || value.trim() !== '',
        defaultMessage: () => '$property must not be empty',
      },
    }),
    ValidateBy({
      name: 'controlCharacter',
      validator: {
        validate: (value: unknown) => typeof value !== 'string' || !forbidden.test(value),
        defaultMessage: () => '$property must not contain control characters',
      },
    }),
  );

/** A whole number from `min` to `max`. */
export const WholeNumber = (min: number, max: number): PropertyDecorator => {
  const message = `$property must be a whole number from ${min} to ${max}`;
  return combine(IsInt({ message }), Min(min, { message }), Max(max, { message }));
};

/** A boolean. */
export const Flag = (): PropertyDecorator => IsBoolean({ message: '$property must be true or false' });

/** A list of `min` to `max` strings that match `pattern`. In the error, `wanted` describes a valid entry. */
export const TextList = (max: number, pattern: RegExp, wanted: string, min = 1): PropertyDecorator =>
  combine(
    IsArray({ message: '$property must be a list' }),
    ArrayMinSize(min, { message: '$property must not be empty' }),
    ArrayMaxSize(max, { message: `$property must have at most ${max} entries` }),
    IsString({ each: true, message: `each entry of $property must be ${wanted}` }),
    Matches(pattern, { each: true, message: `each entry of $property must be ${wanted}` }),
  );

/** RFC 3339 text with a time zone, or a date without a time. */
export const Instant = (): PropertyDecorator =>
  ValidateBy({
    name: 'instant',
    validator: {
      validate: (value: unknown) => parseInstant(value) !== null,
      defaultMessage: () => '$property must be a date and time such as 2026-11-20T10:00:00Z',
    },
  });

/** An object, but not an array. */
export const PlainObject = (): PropertyDecorator =>
  ValidateBy({
    name: 'isRecord',
    validator: {
      validate: (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value),
      defaultMessage: () => '$property must be an object',
    },
  });

/** One email address. class-validator's own decorator accepts quoted addresses, which may contain line breaks. */
export const MailAddress = (): PropertyDecorator =>
  ValidateBy({
    name: 'mailAddress',
    validator: {
      validate: isMailAddress,
      defaultMessage: () => '$property must be a plain email address such as ops@example.com',
    },
  });

/** A string that matches `pattern`. In the error, `wanted` describes a valid value. */
export const Pattern = (pattern: RegExp, wanted: string): PropertyDecorator =>
  combine(
    IsString({ message: '$property must be a string' }),
    Matches(pattern, { message: `$property must be ${wanted}` }),
  );

/** An object of strings with the limits of {@link findMetadataProblem}. */
export const Metadata = (): PropertyDecorator =>
  combine(
    PlainObject(),
    ValidateBy({
      name: 'metadata',
      validator: {
        validate: (value: unknown) => findMetadataProblem(value) === null,
        defaultMessage: (input) => `$property ${findMetadataProblem(input?.value)}`,
      },
    }),
  );

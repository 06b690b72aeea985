import { parseInstant } from '../core/instants.js';
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
import { isMailAddress } from '../core/mail-address.js';

/** Several decorators of one field as one. */
const all =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, key) =>
    decorators.forEach((decorate) => decorate(target, key));

/** Must be there, and not null. */
export const Required = (): PropertyDecorator => IsDefined({ message: '$property is required' });

/** May be left out; null is refused. */
export const Optional = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** May be left out; null takes the value away. */
export const Nullable = (): PropertyDecorator => IsOptional();

/** A text of `min` to `max` characters. */
export const Text = (max: number, min = 1): PropertyDecorator =>
  all(
    IsString(),
    MaxLength(max),
    ValidateBy({
      name: 'minLength',
      validator: {
        validate: (value: unknown) => typeof value !== 'string' || value.trim().length >= min,
        defaultMessage: () => '$property must not be empty',
      },
    }),
  );

/** A whole number of `min` to `max`. */
export const WholeNumber = (min: number, max: number): PropertyDecorator => all(IsInt(), Min(min), Max(max));

export const Flag = (): PropertyDecorator => IsBoolean({ message: '$property must be true or false' });

/** A list of 1 (or `min`) to `max` texts that match `pattern`; `wanted` says in words what is. */
export const TextList = (max: number, pattern: RegExp, wanted: string, min = 1): PropertyDecorator =>
  all(
    IsArray({ message: '$property must be a list' }),
    ArrayMinSize(min),
    ArrayMaxSize(max),
    IsString({ each: true }),
    Matches(pattern, { each: true, message: `each value in $property must be ${wanted}` }),
  );

/** An instant as text, with its zone. */
export const Instant = (): PropertyDecorator =>
  ValidateBy({
    name: 'instant',
    validator: {
      validate: (value: unknown) => parseInstant(value) !== null,
      defaultMessage: () => '$property must be an instant such as 2026-11-20T10:00:00Z',
    },
  });

/** An object, not a list. */
export const PlainObject = (): PropertyDecorator =>
  ValidateBy({
    name: 'isRecord',
    validator: {
      validate: (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value),
      defaultMessage: () => '$property must be an object',
    },
  });

/** One mail address. class-validator's own takes the quoted form, with line breaks in it. */
export const MailAddress = (): PropertyDecorator =>
  ValidateBy({
    name: 'mailAddress',
    validator: {
      validate: isMailAddress,
      defaultMessage: () => '$property must be a plain mail address such as ops@example.com',
    },
  });

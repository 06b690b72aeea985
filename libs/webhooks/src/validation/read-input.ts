import { type ValidationError, validate } from 'class-validator';
import { badRequest, type ErrorDetail } from '../core/request-error.js';
import { findShapeProblem, printableName } from './json-shape.js';

/** Stable error codes for the names of class-validator's constraints. */
const CODES: Record<string, string> = {
  arrayMaxSize: 'too_many',
  arrayMinSize: 'required',
  controlCharacter: 'invalid_text',
  isArray: 'wrong_type',
  isBoolean: 'wrong_type',
  isIn: 'not_allowed',
  isInt: 'wrong_type',
  isDefined: 'required',
  isRecord: 'wrong_type',
  isString: 'wrong_type',
  max: 'out_of_range',
  maxLength: 'too_long',
  min: 'out_of_range',
  minLength: 'required',
  whitelistValidation: 'unknown_field',
};

const MAX_FIELDS_NAMED = 20;

/**
 * Only one error of a field is reported. These errors take precedence: if a field is missing or has the wrong type, its other
 * errors say nothing new.
 */
const REPORTED_FIRST = ['isDefined', 'isString', 'isArray', 'isRecord', 'isBoolean', 'isInt'];

/**
 * Returns `body` as an instance of `Type` with all fields checked. Throws a 400 that names each field that is unknown or
 * has the wrong shape. Does not use class-transformer, because its conversions are not wanted here.
 *
 * @param hints messages for unknown fields that callers are likely to send, by field
 */
export async function readBody<T extends object>(
  Type: new () => T,
  body: unknown,
  hints: Readonly<Record<string, string>> = {},
): Promise<T> {
  const record = body === undefined || body === null ? {} : body;
  if (typeof record !== 'object' || Array.isArray(record)) {
    throw badRequest({ field: 'body', code: 'wrong_type', message: 'The body must be a JSON object.' });
  }
  const problem = findShapeProblem(record);
  if (problem) throw badRequest(problem);
  const input = Object.assign(new Type(), record);
  const errors = await validate(input, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
  });
  if (errors.length > 0) throw badRequest(...errors.map((error) => toDetail(error, hints)));
  return input;
}

/** For a call that takes no fields: throws a 400 that names the fields of the body, if there are any. */
export function refuseFields(body: unknown): void {
  const fields = typeof body === 'object' && body !== null ? Object.keys(body) : [];
  if (fields.length === 0) return;
  throw badRequest(
    ...fields.slice(0, MAX_FIELDS_NAMED).map((key) => {
      const field = printableName(key);
      return { field, code: 'unknown_field', message: `${field} is not a field of this request.` };
    }),
  );
}

function toDetail(
  { property, constraints = {} }: ValidationError,
  hints: Readonly<Record<string, string>>,
): ErrorDetail {
  const names = Object.keys(constraints);
  const name = REPORTED_FIRST.find((first) => names.includes(first)) ?? names[0] ?? 'invalid';
  const field = printableName(property);
  if (name === 'whitelistValidation') {
    const hint = Object.hasOwn(hints, property) ? hints[property] : undefined;
    return { field, code: 'unknown_field', message: hint ?? `${field} is not a field of this request.` };
  }
  const message = `${constraints[name] ?? `${field} is not valid`}.`;
  return { field, code: CODES[name] ?? 'invalid', message };
}

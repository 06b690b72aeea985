const MAX_NAMES = 20;
const MAX_NAME_LENGTH = 40;
const MAX_VALUE_LENGTH = 500;
const MAX_BYTES = 4096;
const CONTROL_CHARACTER = /\p{Cc}/u;

/** Returns what is wrong with the metadata, such as "must have at most 20 names", or `null`. */
export function findMetadataProblem(metadata: unknown): string | null {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    return 'must be an object';
  const entries = Object.entries(metadata as Record<string, unknown>);
  if (entries.length > MAX_NAMES) return `must have at most ${MAX_NAMES} names`;
  if (entries.some(([name]) => name === '' || name.length > MAX_NAME_LENGTH || CONTROL_CHARACTER.test(name)))
    return `must have names of 1 to ${MAX_NAME_LENGTH} characters, without control characters`;
  if (entries.some(([, value]) => typeof value !== 'string' || value.length > MAX_VALUE_LENGTH))
    return `must have values that are strings of at most ${MAX_VALUE_LENGTH} characters`;
  if (Buffer.byteLength(JSON.stringify(metadata)) > MAX_BYTES)
    return `must be at most ${MAX_BYTES} bytes as JSON`;
  return null;
}

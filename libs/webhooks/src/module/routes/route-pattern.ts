/** One segment of a path, such as `webhooks`, `:id`, `wh_:id`, `:id(\d+)`, `*path`. */
interface Segment {
  text: string;
  kind: 'literal' | 'pattern' | 'any' | 'rest';
}

/** A path as a controller declares it: a list of segments, or several lists if parts of the path are optional. */
export type RoutePattern = readonly (readonly Segment[])[];

const PARAMETER = /:\w+(\([^)]*\))?/g;

export function parsePattern(path: string): RoutePattern {
  return variantsOf(path).map((variant) => variant.split('/').filter(Boolean).map(toSegment));
}

/** Returns whether a request may match both patterns. */
export function patternsOverlap(one: RoutePattern, other: RoutePattern): boolean {
  return one.some((left) => other.some((right) => listsOverlap(left, right)));
}

/**
 * Returns whether a request to `path` matches. `path` begins with a slash. If `isStart`, only the start of `path` must match:
 * `path` may have more segments than the pattern.
 */
export function matchesPath(pattern: RoutePattern, path: string, isStart = false): boolean {
  const texts = path.split('/').filter(Boolean);
  return pattern.some((segments) => {
    if (texts.length < segments.length || (!isStart && texts.length > segments.length)) return false;
    return segments.every((segment, index) => segmentMatches(segment, texts[index]!));
  });
}

function segmentMatches(segment: Segment, text: string): boolean {
  if (segment.kind === 'any' || segment.kind === 'rest') return true;
  return segment.kind === 'literal'
    ? segment.text.toLowerCase() === text.toLowerCase()
    : matches(segment, text);
}

/**
 * Returns whether `pattern` is broader than `base`, the path with which all routes of a controller begin. A broader
 * pattern is a fallback, for example `/:slug` or `/*path`, and not a route below `base`.
 */
export function isBroaderThan(pattern: RoutePattern, base: RoutePattern): boolean {
  return pattern.every((segments) =>
    base.every((baseSegments) =>
      baseSegments.some(({ kind }, index) => {
        const found = segments[index]?.kind ?? 'rest';
        return found !== 'literal' && found !== kind;
      }),
    ),
  );
}

/** Returns the path with and without each optional part: `{/:id}` in path-to-regexp 8, `/:id?` in earlier versions. */
function variantsOf(path: string): string[] {
  const optional = /\{([^{}]*)\}|\/(:\w+(?:\([^)]*\))?)\?/.exec(path);
  if (!optional) return [path];
  const [found, group, parameter] = optional;
  return [group ?? `/${parameter}`, ''].flatMap((part) => variantsOf(path.replace(found, part)));
}

function toSegment(text: string): Segment {
  if (/^\*|^\(\.\*\)$|^:\w+(\(\.\*\)|[*+])$/.test(text)) return { text, kind: 'rest' };
  if (/^:\w+$/.test(text)) return { text, kind: 'any' };
  return { text, kind: /[:*(]/.test(text) ? 'pattern' : 'literal' };
}

function listsOverlap(left: readonly Segment[], right: readonly Segment[]): boolean {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [one, other] = [left[index], right[index]];
    if (one?.kind === 'rest' || other?.kind === 'rest') return true;
    if (!one || !other || !segmentsOverlap(one, other)) return false;
  }
  return true;
}

function segmentsOverlap(one: Segment, other: Segment): boolean {
  if (one.kind === 'any' || other.kind === 'any') return true;
  if (one.kind === 'literal' && other.kind === 'literal')
    return one.text.toLowerCase() === other.text.toLowerCase();
  return matches(one, exampleOf(other)) || matches(other, exampleOf(one));
}

/** Returns a text that the segment is likely to match. Puts `1` in place of each parameter, and removes each `*`. */
const exampleOf = ({ text }: Segment): string => text.replace(PARAMETER, '1').replaceAll('*', '');

function matches({ text }: Segment, example: string): boolean {
  const source = text
    .split(/(:\w+(?:\([^)]*\))?|\*)/)
    .map((part, index) => (index % 2 === 0 ? part.replace(/[.+?^${}()|[\]\\]/g, '\\$&') : toSource(part)))
    .join('');
  return new RegExp(`^${source}$`, 'i').test(example);
}

const toSource = (parameter: string): string => /\(.*\)$/.exec(parameter)?.[0] ?? '.+';

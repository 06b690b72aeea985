/** Parts of the current test's requests and responses that the OpenAPI document does not describe. */
export const problems: string[] = [];

/** For tests of a host that changes the module's responses: clears the problems found so far. */
export function acceptAnswersOfHost(): void {
  problems.length = 0;
}

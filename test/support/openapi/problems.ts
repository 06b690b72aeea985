/** What the OpenAPI document does not describe, of the present test. */
export const problems: string[] = [];

/** For tests of a host that makes answers of its own of ours: what was found so far is no problem. */
export function acceptAnswersOfHost(): void {
  problems.length = 0;
}

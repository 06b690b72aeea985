/** Built from `libs/portal`. Declared here, so that the types of this package can be checked before that build. */
export const html: string;
export const files: Readonly<
  Record<string, { type: string; etag: string; br: string; gzip: string; size: number }>
>;

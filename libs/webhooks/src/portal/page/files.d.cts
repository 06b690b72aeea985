/** Built from `libs/portal`. Declared here, so that this package can be checked without it. */
export const html: string;
export const files: Readonly<
  Record<string, { type: string; etag: string; br: string; gzip: string; size: number }>
>;

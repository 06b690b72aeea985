/** Part of a list, newest first. */
export interface Page<Item> {
  data: Item[];
  /** Asks for the next part; `null` at the end. */
  nextCursor: string | null;
}

/** Items of a page where the caller asks for none: at least 1, at most 100. */
export const PAGE_LIMIT = { default: 20, max: 100 } as const;

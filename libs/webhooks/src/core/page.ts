/** One page of a list. The newest items come first, unless the method that returns the list says otherwise. */
export interface Page<Item> {
  data: Item[];
  /** Pass it as `cursor` to get the next page. `null` on the last page. */
  nextCursor: string | null;
}

/** Items per page: by default, and at most. */
export const PAGE_LIMIT = { default: 20, max: 100 } as const;

export const recover = {} as const;

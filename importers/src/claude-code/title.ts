/** Where a title comes from, weakest first. One of the same or a stronger kind replaces it, but a prompt stays the first. */
export const titleRanks = { none: 0, command: 1, prompt: 2, summary: 3, generated: 4, custom: 5 } as const;

export type TitleRank = (typeof titleRanks)[keyof typeof titleRanks];

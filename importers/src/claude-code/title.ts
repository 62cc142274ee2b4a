/** Where a title comes from, weakest first. One of the same or a stronger kind replaces it, but a prompt stays the first. */
export const titleRanks = { none: 0, command: 1, prompt: 2, summary: 3, generated: 4, custom: 5 } as const;

export type TitleRank = (typeof titleRanks)[keyof typeof titleRanks];

const longestTitle = 80;

/** One line of at most 80 characters, without tags; nothing when no text is left. */
export function readTitle(text: unknown): string | undefined {
  if (typeof text !== "string") return undefined;
  const plain = text
    .slice(0, 4000)
    .toWellFormed()
    .replace(/<\/?[a-zA-Z][^<>]{0,200}>/g, " ")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return plain === "" ? undefined : Array.from(plain).slice(0, longestTitle).join("").trimEnd();
}

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

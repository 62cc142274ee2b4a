import { displayWidth } from "./display-width.ts";

const segmenter = new Intl.Segmenter();

/**
 * Where a text on one line is broken so that each line fits into so many columns: start and end of each line, in UTF-16
 * units. Breaks are at spaces, which belong to no line; a word that is wider than a line is broken between characters.
 */
export function wrapWords(text: string, columns: number): readonly (readonly [start: number, end: number])[] {
  const lines: [start: number, end: number][] = [];
  let start = 0;
  let end = 0;
  let width = 0;
  const breakAt = (next: number) => {
    lines.push([start, end]);
    start = next;
    width = 0;
  };
  for (const { 0: word, index } of text.matchAll(/[^ ]+/g)) {
    const gap = width === 0 ? 0 : index - end;
    const wordWidth = displayWidth(word);
    if (width > 0 && width + gap + wordWidth > columns) breakAt(index);
    else width += gap;
    if (wordWidth <= columns) {
      width += wordWidth;
      end = index + word.length;
      continue;
    }
    for (const piece of segmenter.segment(word)) {
      const pieceWidth = displayWidth(piece.segment);
      if (width > 0 && width + pieceWidth > columns) breakAt(index + piece.index);
      width += pieceWidth;
      end = index + piece.index + piece.segment.length;
    }
  }
  if (end > start) lines.push([start, end]);
  return lines;
}

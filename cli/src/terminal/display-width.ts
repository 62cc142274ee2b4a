const segmenter = new Intl.Segmenter();
/** Scripts and signs whose characters take two columns. */
const wide =
  /^(?:\p{RGI_Emoji}|[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Yi}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6])/v;
const invisible = /^[\p{Mark}\p{Default_Ignorable_Code_Point}\p{Control}]+$/v;

/** How many columns a terminal needs for a text without control characters. */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += segmentWidth(segment);
  return width;
}

/** The text in at most so many columns; an ellipsis stands for what was cut off. */
export function fitWidth(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let fitted = "";
  let width = 1;
  for (const { segment } of segmenter.segment(text)) {
    width += segmentWidth(segment);
    if (width > columns) break;
    fitted += segment;
  }
  return `${fitted.trimEnd()}…`;
}

function segmentWidth(segment: string): number {
  if (invisible.test(segment)) return 0;
  return wide.test(segment) ? 2 : 1;
}

/**
 * Content of which large parts lie apart, each as a blob of its own: the JSON text of the content, cut where their values
 * were. So one file that is attached to two messages is stored once, whatever else they say.
 */

/** How `content` is written where `contentFormat` is `parts`. */
export interface CutContent {
  /** SHA-256 of the whole JSON text, hexadecimal: what makes it the same as other content, however that is stored. */
  readonly hash: string;
  /** The JSON text before, between and after the values that lie apart. */
  readonly texts: readonly string[];
  /** Those values' JSON texts, by hash; one less than `texts`. */
  readonly blobs: readonly CutBlob[];
}

interface CutBlob {
  readonly hash: string;
  /** Whether a search looks into it: not into the bytes of a file. */
  readonly searched: boolean;
}

/** A JSON text, cut: what stays, and the values that can lie apart. */
export interface Cuts {
  readonly texts: readonly string[];
  readonly values: readonly CutValue[];
}

interface CutValue {
  /** The value as JSON text. */
  readonly json: string;
  readonly searched: boolean;
}

/** The field of each type of part that can be large. */
const largeFields: Readonly<Record<string, string>> = {
  text: "text",
  reasoning: "text",
  "tool-call": "input",
  "tool-result": "output",
  file: "data",
  data: "data",
};

/** Cuts JSON text of content where a part's value is large; undefined where none is. */
export function cutContent(json: string, isLarge: (json: string) => boolean): Cuts | undefined {
  if (!json.startsWith("[")) return undefined;
  const texts: string[] = [];
  const values: CutValue[] = [];
  let text = "[";
  for (const [index, part] of (JSON.parse(json) as Readonly<Record<string, unknown>>[]).entries()) {
    const large = largeFields[part.type as string];
    text += index === 0 ? "{" : ",{";
    for (const [place, [name, value]] of Object.entries(part).entries()) {
      text += `${place === 0 ? "" : ","}${JSON.stringify(name)}:`;
      const valueJson = JSON.stringify(value);
      if (name === large && isLarge(valueJson)) {
        texts.push(text);
        values.push({ json: valueJson, searched: part.type !== "file" });
        text = "";
      } else text += valueJson;
    }
    text += "}";
  }
  texts.push(`${text}]`);
  if (values.length === 0) return undefined;
  // What was written by something else may be written otherwise: then it is not cut.
  return joinContent(
    texts,
    values.map((value) => value.json),
  ) === json
    ? { texts, values }
    : undefined;
}

/** The whole JSON text again. */
export function joinContent(texts: readonly string[], values: readonly string[]): string {
  return texts.map((text, index) => text + (values[index] ?? "")).join("");
}

export function readCutContent(content: string): CutContent {
  return JSON.parse(content) as CutContent;
}

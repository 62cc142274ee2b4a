import { ThroughlineError } from "@throughline/core";
import { JSON_DEPTH } from "./limits.ts";

/** Reads JSON from bytes of UTF-8; a byte order mark before it is no harm. @throws ThroughlineError `invalid` */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  checkDepth(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid("json", "The body is not JSON.", error);
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw invalid("encoding", "The body is not UTF-8.", error);
  }
}

const brackets = /["[\]{}]/g;

/** Refuses what is too deep before it is parsed: each level costs memory. */
function checkDepth(text: string): void {
  let depth = 0;
  brackets.lastIndex = 0;
  for (let match = brackets.exec(text); match !== null; match = brackets.exec(text)) {
    if (match[0] === '"') {
      brackets.lastIndex = endOfString(text, match.index);
    } else if (match[0] === "[" || match[0] === "{") {
      depth += 1;
      if (depth > JSON_DEPTH) {
        throw invalid("depth", `The body has more than ${JSON_DEPTH} levels of lists and objects.`);
      }
    } else {
      depth -= 1;
    }
  }
}

/** The index after a string that begins at `begin`; the end of the text where it does not end. */
function endOfString(text: string, begin: number): number {
  for (let index = text.indexOf('"', begin + 1); index >= 0; index = text.indexOf('"', index + 1)) {
    let backslashes = 0;
    while (text[index - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return index + 1;
  }
  return text.length;
}

function invalid(reason: string, message: string, cause?: unknown): ThroughlineError {
  return new ThroughlineError("invalid", message, { reason, outcome: "refused", cause });
}

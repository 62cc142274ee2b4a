import type { MessageHit } from "@throughline/core";
import { displayWidth, fitWidth } from "../terminal/display-width.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine, printable } from "../terminal/printable.ts";
import { shortId } from "../terminal/short-id.ts";
import type { Paint } from "../terminal/style.ts";
import { wrapWords } from "../terminal/wrap-words.ts";

const narrowest = 20;
const indent = "  ";

/**
 * A hit for people: where it is, and its snippet with the matches painted. `width` is that of the terminal: there, ids
 * are short, the title is cut to fit, and the snippet is wrapped at words.
 */
export function formatHit(hit: MessageHit, paint: Paint, width: number | undefined): string {
  const place = `${width === undefined ? hit.sessionId : shortId(hit.sessionId)} ${hit.seq}`;
  const facts = [hit.role, formatTime(hit.createdAt), hit.toolId, hit.title].filter((fact) => fact !== null);
  const about = facts.map(oneLine).join(indent);
  const columns = width === undefined ? Number.POSITIVE_INFINITY : Math.max(narrowest, width);
  const room = columns - displayWidth(place) - indent.length;
  const lines = wrapWords(hit.snippet, columns - indent.length);
  return [
    paint("bold", place) + indent + paint("dim", fitWidth(about, Math.max(1, room))),
    ...lines.map(([start, end]) => indent + highlight(hit, paint, start, end)),
    "\n",
  ].join("\n");
}

/** The snippet from `start` to `end` with its matches painted. */
function highlight({ snippet, highlights }: MessageHit, paint: Paint, start: number, end: number): string {
  let text = "";
  let position = start;
  for (const [from, to] of highlights) {
    const [first, last] = [Math.max(from, position), Math.min(to, end)];
    if (first >= last) continue;
    text += printable(snippet.slice(position, first));
    text += paint(["bold", "yellow"], printable(snippet.slice(first, last)));
    position = last;
  }
  return text + printable(snippet.slice(position, end));
}

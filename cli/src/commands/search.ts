import { type MessageHit, type SearchOptions, hitToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { readTime } from "../read-time.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine, printable } from "../terminal/printable.ts";
import { type Paint, paintFor } from "../terminal/style.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { pageToJson } from "./page-to-json.ts";

export interface SearchCommandOptions extends CommonOptions {
  readonly session?: string;
  readonly user?: string;
  readonly project?: string;
  readonly tool?: string;
  readonly role?: "user" | "assistant" | "system" | "tool";
  readonly since?: string;
  readonly until?: string;
  readonly order?: "rank" | "recent";
  readonly limit?: number;
  readonly cursor?: string;
}

export async function search(words: readonly string[], options: SearchCommandOptions): Promise<number> {
  return withThroughline(options, "reads", async (throughline) => {
    const { store: _store, json, session, since, until, ...filters } = options;
    const query: SearchOptions = {
      ...filters,
      text: words.join(" "),
      ...(session === undefined ? undefined : { session: (await throughline.sessions.find(session)).id }),
      ...(since === undefined ? undefined : { since: readTime("--since", since) }),
      ...(until === undefined ? undefined : { until: readTime("--until", until) }),
    };
    const page = await throughline.search(query);
    if (json === true) {
      await printJson(pageToJson(page, hitToJson));
      return exitCodes.success;
    }
    const paint = paintFor(process.stdout);
    if (page.items.length === 0) process.stderr.write("Nothing found.\n");
    for (const hit of page.items) await writeOutput(describeHit(hit, paint));
    if (page.next !== undefined) process.stderr.write(`More: the same with --cursor ${page.next}\n`);
    return exitCodes.success;
  });
}

function describeHit(hit: MessageHit, paint: Paint): string {
  const place = paint("bold", `${hit.sessionId} ${hit.seq}`);
  const about = [hit.role, formatTime(hit.createdAt), hit.toolId, hit.title].filter((fact) => fact !== null);
  return `${place}  ${paint("dim", oneLine(about.join("  ")))}\n  ${highlight(hit, paint)}\n\n`;
}

/** The snippet with its matches painted. */
function highlight({ snippet, highlights }: MessageHit, paint: Paint): string {
  let text = "";
  let position = 0;
  for (const [start, end] of highlights) {
    text +=
      printable(snippet.slice(position, start)) +
      paint(["bold", "yellow"], printable(snippet.slice(start, end)));
    position = end;
  }
  return text + printable(snippet.slice(position));
}

import { type SearchOptions, hitToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { findSession } from "../sessions/find-session.ts";
import { readTime } from "../arguments/read-time.ts";
import { paintFor } from "../terminal/style.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { formatHit } from "./format-hit.ts";
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
      ...(session === undefined ? undefined : { session: (await findSession(throughline, session)).id }),
      ...(since === undefined ? undefined : { since: readTime("--since", since) }),
      ...(until === undefined ? undefined : { until: readTime("--until", until) }),
    };
    const page = await throughline.search(query);
    if (json === true) {
      await printJson(pageToJson(page, hitToJson));
      return exitCodes.success;
    }
    const paint = paintFor(process.stdout);
    const width = process.stdout.isTTY ? process.stdout.columns : undefined;
    if (page.items.length === 0) process.stderr.write("Nothing found.\n");
    for (const hit of page.items) await writeOutput(formatHit(hit, paint, width));
    if (page.next !== undefined) process.stderr.write(`More: the same with --cursor ${page.next}\n`);
    return exitCodes.success;
  });
}

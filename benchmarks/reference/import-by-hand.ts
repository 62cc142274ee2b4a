import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { BenchmarkMessage } from "../harness/contestant.ts";
import type { ReferenceStore } from "./reference-store.ts";

interface TranscriptLine {
  readonly type: BenchmarkMessage["role"];
  readonly uuid: string;
  readonly message: { readonly content: string | readonly { readonly text: string }[] };
}

/** Parses each line and inserts the messages of a file, a thousand in a transaction: the least that an import does. */
export async function importByHand(store: ReferenceStore, paths: readonly string[]): Promise<number> {
  let count = 0;
  for (const path of paths) {
    const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
    const session = store.createSession(basename(path));
    const messages = lines.map((line): BenchmarkMessage => {
      const { type, uuid, message } = JSON.parse(line) as TranscriptLine;
      const { content } = message;
      return { id: uuid, role: type, text: typeof content === "string" ? content : (content[0]?.text ?? "") };
    });
    for (let start = 0; start < messages.length; start += 1000)
      store.append(session, messages.slice(start, start + 1000));
    count += messages.length;
  }
  return count;
}

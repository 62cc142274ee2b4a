/** A writing process of a test: it reads orders in lines, and answers in lines. */
import type { GuardedStore } from "@throughline/core";
import { writeHistory } from "./write-history.ts";

export interface ToldWriter {
  /** The beginning of its entries' ids; no two writers have the same. */
  readonly writer: string;
  /** How many entries are on their way at once. */
  readonly lanes: number;
  /** A line with a history's name lets it begin with that, an empty one ends it. */
  readonly lines: AsyncIterable<string>;
  /** Takes a line of JSON: an event, `"ready"`, or `"over"` when all answers are there. */
  readonly say: (line: string) => void;
}

/** Writes what it is told to, until there are no more lines. */
export async function writeAsTold(
  store: GuardedStore,
  { writer, lanes, lines, say }: ToldWriter,
): Promise<void> {
  let history = "";
  const write = async (name: string): Promise<void> => {
    const tell = (event: unknown): void => say(JSON.stringify(event));
    await writeHistory(store, { history: name, writer, lanes, isOver: () => history !== name, tell });
    tell("over");
  };
  // Rejects as soon as a writer fails, also while no line comes.
  const failed = Promise.withResolvers<never>();
  say(JSON.stringify("ready"));
  const obeyed = (async () => {
    for await (const line of lines) {
      history = line;
      if (line !== "") write(line).catch(failed.reject);
    }
  })();
  await Promise.race([obeyed, failed.promise]);
}

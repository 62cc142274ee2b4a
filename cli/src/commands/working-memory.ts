import { text } from "node:stream/consumers";
import type { WorkingMemory, WorkingMemoryOwner, WorkingMemoryPatch } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { findSession } from "../sessions/find-session.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { misuse } from "../misuse.ts";

export interface WorkingMemoryOptions extends CommonOptions {
  readonly user?: string;
  readonly session?: string;
  readonly set?: string;
  readonly clear?: boolean;
}

/** Prints what holds just now for a user or a session, after it was changed where that is asked for. */
export async function showWorkingMemory(options: WorkingMemoryOptions): Promise<number> {
  const { user, session, clear = false } = options;
  if ((user === undefined) === (session === undefined)) {
    throw misuse("Say whose working memory is meant: --user or --session, one of them.");
  }
  if (clear && options.set !== undefined) throw misuse("--clear goes without --set.");
  const patch = options.set === undefined ? undefined : await readPatch(options.set);
  // A session has to be there; a user needs none.
  const access = clear || patch !== undefined ? (session === undefined ? "creates" : "changes") : "reads";
  return withThroughline(options, access, async (throughline) => {
    const { workingMemory } = throughline;
    const owner: WorkingMemoryOwner =
      session === undefined
        ? { user: user ?? "" }
        : { session: (await findSession(throughline, session)).id };
    if (clear) await workingMemory.clear(owner);
    const memory = await (patch === undefined
      ? workingMemory.get(owner)
      : workingMemory.update(owner, patch));
    if (options.json === true) await printJson(toJson(owner, memory));
    else await print(memory);
    return exitCodes.success;
  });
}

function toJson({ user, session }: WorkingMemoryOwner, { fields, updatedAt }: WorkingMemory): object {
  const owner = session === undefined ? { user_id: user } : { session_id: session };
  return { ...owner, working_memory: fields, updated_at: updatedAt?.toISOString() ?? null };
}

async function print({ fields }: WorkingMemory): Promise<void> {
  const lines = Object.entries(fields).map(
    ([name, value]) =>
      `${oneLine(name)}: ${oneLine(typeof value === "string" ? value : JSON.stringify(value))}\n`,
  );
  if (lines.length === 0) process.stderr.write("Nothing is kept there.\n");
  else await writeOutput(lines.join(""));
}

/** The services say what is wrong with a patch that is JSON. */
async function readPatch(given: string): Promise<WorkingMemoryPatch> {
  try {
    return JSON.parse(given === "-" ? await text(process.stdin) : given) as WorkingMemoryPatch;
  } catch {
    throw misuse("--set takes a JSON object.");
  }
}

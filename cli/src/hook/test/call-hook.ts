/** Calls of `throughline hook` as an agent makes them. */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Finished, finish, runJson, startCommand } from "../../test/run-command.ts";
import { takeDrainerLock } from "../drainer-lock.ts";

/** Nothing to say, and nothing wrong. */
export const silence = { exitCode: 0, output: "", errors: "" };

/** A process that records ends when it is done, rather than to wait for more. */
export const quick = { THROUGHLINE_HOOK_LINGER_SECONDS: "0" };

/** Calls it with an event; text is given as it stands. */
export async function callHook(
  folder: string,
  event: unknown,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const child = startCommand(folder, ["hook", ...args], { ...quick, ...environment });
  // One that ends before it has read all.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(typeof event === "string" ? event : JSON.stringify(event));
  return finish(child);
}

let calls = 0;

/** What Claude Code says after the use of a tool, each with an id of its own. */
export function useOf(folder: string, tool: string, input: object, others: object = {}): object {
  calls += 1;
  return {
    session_id: "s1",
    transcript_path: join(folder, "none.jsonl"),
    cwd: folder,
    permission_mode: "default",
    hook_event_name: "PostToolUse",
    tool_name: tool,
    tool_input: input,
    tool_response: { content: "the words of a file" },
    tool_use_id: `toolu_${calls}`,
    ...others,
  };
}

/** Names of the events that wait. */
export function waitingEvents(folder: string): readonly string[] {
  try {
    return readdirSync(join(spoolFolder(folder), "events"));
  } catch {
    return [];
  }
}

/** Somebody who seems to record, and doesn't: hooks start nobody. */
export function holdRecording(folder: string): { release(): void } {
  mkdirSync(spoolFolder(folder), { recursive: true });
  const lock = takeDrainerLock(spoolFolder(folder));
  if (lock === undefined) throw new Error("Somebody records.");
  onTestFinished(() => lock.release());
  return lock;
}

export function spoolFolder(folder: string): string {
  return join(folder, "data", "throughline", "spool");
}

interface ShownContext {
  readonly files_accessed: readonly { readonly path: string; readonly kind: string }[];
  readonly recent_searches: readonly { readonly query: string }[];
  readonly decisions: readonly { readonly decision: string }[];
}

/** What was recorded of a session. */
export async function contextOf(
  folder: string,
  session = "claude-code:s1",
  args: readonly string[] = [],
): Promise<ShownContext> {
  const { context } = await runJson(folder, ["context", session, "--full", ...args]);
  return context as ShownContext;
}

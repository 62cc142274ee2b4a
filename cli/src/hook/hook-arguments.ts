import { type HookTool, hookTools } from "./hook-event.ts";

/** What the command line of a hook says. */
export interface HookArguments {
  readonly store?: string;
  readonly user?: string;
  readonly tool?: HookTool;
  /** Records in the foreground. */
  readonly wait?: true;
  /** Records what waits, and takes no event. */
  readonly drain?: true;
  /** The event itself, where the caller gives it so: what Codex calls as `notify` gets it as its last argument. */
  readonly event?: string;
  /** What was not understood: no reason to lose the event. */
  readonly unknown: readonly string[];
}

const named: ReadonlySet<string> = new Set(["store", "user", "tool"]);
/** All commands take `--json`; here there is nothing to print. */
const flags: ReadonlySet<string> = new Set(["wait", "drain", "json"]);

/** Words after `hook` that are a person's: the command line has them. */
const forPeople: ReadonlySet<string> = new Set(["install", "uninstall", "help", "--help", "-h"]);

/** Whether the arguments of the program are those of a hook, rather than a person's about hooks. */
export function isHookCall([command, ...words]: readonly string[]): boolean {
  return command === "hook" && !forPeople.has(words[0] ?? "") && !words.includes("--help");
}

/** Whether a hook has to open a store itself, and so everything that this takes. */
export function isRecordingCall(words: readonly string[]): boolean {
  return words.includes("--wait") || words.includes("--drain");
}

/** Reads the words after `hook`. Nothing here fails: an agent waits. */
export function readHookArguments(words: readonly string[]): HookArguments {
  const found: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const [, name = "", , inline] = /^--([a-z]+)(=(.*))?$/s.exec(word) ?? [];
    // The whole name of what may be left out.
    if (at === 0 && word === "event") continue;
    if (flags.has(name)) found[name] = true;
    else if (named.has(name)) {
      const value = inline ?? words[(at += 1)];
      if (value === undefined || value === "") unknown.push(`${word} without a value`);
      else if (name === "tool" && !isTool(value)) unknown.push(`the tool ${value}`);
      else found[name] = value;
    } else if (word.startsWith("{")) found["event"] = word;
    else unknown.push(word);
  }
  return { ...(found as Omit<HookArguments, "unknown">), unknown };
}

function isTool(name: string): boolean {
  return (hookTools as readonly string[]).includes(name);
}

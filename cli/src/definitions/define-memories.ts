/** The commands of `throughline memories`. */
import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import type { MergeOptions, SupersedeOptions } from "../commands/join-memories.ts";
import type {
  FindDuplicatesOptions,
  HistoryOptions,
  ListMemoriesOptions,
  RestoreMemoryOptions,
  SetMemoryOptions,
} from "../commands/memories.ts";
import type { MemoryOptions } from "../commands/memory-names.ts";
import type { WorkingMemoryOptions } from "../commands/working-memory.ts";
import { type Finish, addCommand } from "./command-parts.ts";

const idOrKey = new Argument("<memory>", "its key, or its id (mem_…)");

function number(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** Whose memories are meant. */
function withOwner(command: Command): Command {
  return command
    .option("--project <id>", "of this project")
    .option("--user <name>", "of this user")
    .option("--session <session>", "of this session: its id, an ending of it, <tool>:<key>, or @last");
}

export function defineMemories(program: Command, finish: Finish): void {
  const memories = program
    .command("memories")
    .description("List, read and write what projects, users and sessions remember.")
    .helpCommand(false);
  const add: typeof addCommand = (parent, name, description, examples, isDefault) =>
    withOwner(addCommand(parent, name, description, examples, isDefault));
  const run = async () => import("../commands/memories.ts");
  const joining = async () => import("../commands/join-memories.ts");

  const isDefault = true;
  add(
    memories,
    "list",
    "List memories, most recently accessed first. The word list may be left out.",
    ["throughline memories --project web", 'throughline memories list --user ada --text "test*" --json'],
    isDefault,
  )
    .option("--text <text>", "only those in whose key or value these words occur")
    .addOption(
      new Option("--limit <number>", "at most so many, 1 to 1,000 (default: 20)").argParser(number(1, 1_000)),
    )
    .option("--cursor <cursor>", "go on where another page ended")
    .action(async (options: ListMemoriesOptions) => finish(await (await run()).listMemories(options)));
  add(memories, "get", "Print the value of a memory.", [
    "throughline memories get architecture --project web",
    "throughline memories get mem_0123456789ab",
  ])
    .addArgument(idOrKey)
    .action(async (memory: string, options: MemoryOptions) =>
      finish(await (await run()).getMemory(memory, options)),
    );
  add(memories, "set", "Remember a value under a key; one that is there gets a new version.", [
    'throughline memories set architecture "Microservices" --project web',
    "throughline memories set notes - --user ada < notes.md",
    "throughline memories set token-cache warm --session @last --ttl 1h",
  ])
    .argument("<key>", "its key")
    .argument("<value>", "the value; - reads standard input")
    .option("--metadata <json>", "a JSON object; left out: as it was")
    .option(
      "--ttl <duration>",
      "how long it stays: 90m, 12h, 30d, 8w, or never: for ever; left out: as long as before",
    )
    .addOption(
      new Option(
        "--expected-version <number>",
        "refuse where another version is the newest; 0: there must be none",
      ).argParser(number(0, Number.MAX_SAFE_INTEGER)),
    )
    .action(async (key: string, value: string, options: SetMemoryOptions) =>
      finish(await (await run()).setMemory(key, value, options)),
    );
  add(memories, "history", "List the versions of a memory, or show what differs between two.", [
    "throughline memories history architecture --project web",
    "throughline memories history mem_0123456789ab --compare 1 3",
  ])
    .addArgument(idOrKey)
    .option("--compare <version...>", "show what differs between two versions")
    .addOption(
      new Option("--limit <number>", "at most so many, 1 to 1,000 (default: 20)").argParser(number(1, 1_000)),
    )
    .option("--cursor <cursor>", "go on where another page ended")
    .action(async (memory: string, options: HistoryOptions) =>
      finish(await (await run()).showHistory(memory, options)),
    );
  add(memories, "restore", "Bring an older version back, as a new one.", [
    "throughline memories restore architecture --project web --to 1",
  ])
    .addArgument(idOrKey)
    .addOption(
      new Option("--to <version>", "the version to bring back")
        .argParser(number(1, Number.MAX_SAFE_INTEGER))
        .makeOptionMandatory(),
    )
    .action(async (memory: string, options: RestoreMemoryOptions) =>
      finish(await (await run()).restoreMemory(memory, options)),
    );
  add(memories, "delete", "Delete a memory with all its versions.", [
    "throughline memories delete architecture --project web",
  ])
    .addArgument(idOrKey)
    .action(async (memory: string, options: MemoryOptions) =>
      finish(await (await run()).deleteMemory(memory, options)),
    );
  add(memories, "duplicates", "Find memories whose values are nearly the same.", [
    "throughline memories duplicates --project web",
    "throughline memories duplicates --user ada --threshold 0.7",
  ])
    .addOption(
      new Option("--threshold <number>", "how alike, from 0.5 to 1 (default: 0.85)").argParser(
        number(0.5, 1),
      ),
    )
    .action(async (options: FindDuplicatesOptions) => finish(await (await run()).findDuplicates(options)));
  add(memories, "supersede", "Put another memory in the place of one, which stays readable by its id.", [
    'throughline memories supersede architecture "Modular monolith" --project web',
    "throughline memories supersede mem_0123456789ab - --key layout < layout.md",
  ])
    .addArgument(idOrKey)
    .argument("<value>", "what the new one says; - reads standard input")
    .option("--key <key>", "its key (default: that of the old one)")
    .action(async (memory: string, value: string, options: SupersedeOptions) =>
      finish(await (await joining()).supersedeMemory(memory, value, options)),
    );
  add(memories, "merge", "Let one memory take the place of up to 12 others.", [
    "throughline memories merge architecture arch-notes layout --project web",
    'throughline memories merge mem_0123456789ab mem_ba9876543210 --value "What both said"',
  ])
    .argument("<memory>", "the one that stays: its key, or its id (mem_…)")
    .argument("<others...>", "those whose place it takes")
    .option("--value <value>", "what it says then (default: as it does); - reads standard input")
    .action(async (memory: string, others: readonly string[], options: MergeOptions) =>
      finish(await (await joining()).mergeMemories(memory, others, options)),
    );
  addCommand(memories, "working", "Print what holds just now for a user or a session, or change it.", [
    "throughline memories working --session @last",
    'throughline memories working --user ada --set \'{"units": "metric", "draft": null}\'',
  ])
    .option("--user <name>", "of this user")
    .option("--session <session>", "of this session: its id, an ending of it, <tool>:<key>, or @last")
    .option(
      "--set <json>",
      "fields to change; null takes one out, objects are merged; - reads standard input",
    )
    .option("--clear", "take out all fields")
    .action(async (options: WorkingMemoryOptions) =>
      finish(await (await import("../commands/working-memory.ts")).showWorkingMemory(options)),
    );
}

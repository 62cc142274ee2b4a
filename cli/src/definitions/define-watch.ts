/** The command `throughline watch`. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { WatchOptions } from "../commands/watch.ts";
import { type Finish, addCommand } from "./command-parts.ts";

export function defineWatch(program: Command, finish: Finish): void {
  addCommand(program, "watch", "Record what changes in a folder, for the session that is active there.", [
    "throughline watch .",
    "throughline watch ~/work/garden --json",
    "throughline watch . --session claude-code:3f1c9a52-0d4e-4f7a-9d7e-2b1f0c8a6e55",
  ])
    .argument("<folder>", "what git ignores in it is left out")
    .option("--session <session>", "record for this session, whichever is active")
    .option("--user <name>", "the user whose session is looked for (default: local)")
    .option(
      "--idle <duration>",
      "a session without activity for so long is active no more: 90m, 12h, 30d (default: 12h)",
    )
    .addOption(
      new Option(
        "--wait <seconds>",
        "record when nothing has changed for so long, at the latest after five times as long (default: 1)",
      ).argParser(seconds),
    )
    .option("--poll", "look again and again, where the system tells nothing of changes: on network drives")
    .action(async (folder: string, options: WatchOptions) =>
      finish(await (await import("../commands/watch.ts")).watch(folder, options)),
    );
}

function seconds(text: string): number {
  const value = Number(text);
  const isSeconds = /^\d+(\.\d+)?$/.test(text) && value >= 0.05 && value <= 3_600;
  if (!isSeconds) throw new InvalidArgumentError("It must be a number of seconds from 0.05 to 3600.");
  return value;
}

/** The commands on what happens in sessions beside their messages. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { RecordContextOptions, ShowContextOptions } from "../commands/context.ts";
import type { ListResourcesOptions } from "../commands/resources.ts";
import {
  type Finish,
  addCommand,
  collect,
  cursorOption,
  limitOption,
  sessionArgument,
} from "./command-parts.ts";

export function defineContext(program: Command, finish: Finish): void {
  const context = program
    .command("context")
    .description("Read and record what happened in a session beside its messages.")
    .helpCommand(false);
  const isDefault = true;
  addCommand(
    context,
    "show",
    "Read it: files, searches, decisions, memories. The word show may be left out.",
    ["throughline context @last", "throughline context show 4f2a91c0 --full --json"],
    isDefault,
  )
    .addArgument(sessionArgument)
    .option("--full", "all entries; otherwise the newest 1,000 of each kind")
    .action(async (session: string, options: ShowContextOptions) =>
      finish(await (await import("../commands/context.ts")).showContext(session, options)),
    );
  addCommand(context, "record", "Record what happened: all of it or nothing.", [
    "throughline context record @last --file src/main.ts --kind EDIT --importance 0.8",
    'throughline context record @last --decision "Use JSON lines" --search "log format"',
  ])
    .addArgument(sessionArgument)
    .option("--file <path>", "a file that was accessed; as often as needed", collect)
    .addOption(
      new Option("--kind <kind>", "how the files were accessed (default: VIEW)").choices([
        "VIEW",
        "EDIT",
        "EXECUTE",
        "REFERENCE",
      ]),
    )
    .addOption(new Option("--importance <score>", "how much the files matter, from 0 to 1").argParser(score))
    .option("--search <text>", "what was searched for; as often as needed", collect)
    .option("--decision <text>", "what was decided; as often as needed", collect)
    .option("--memory <id=key>", "a memory that was used or made; as often as needed", collect)
    .option("--workspace <json>", "what is open where, as JSON")
    .option("--operation-id <id>", "records once, however often the command is repeated")
    .action(async (session: string, options: RecordContextOptions) =>
      finish(await (await import("../commands/context.ts")).recordContext(session, options)),
    );
}

export function defineResources(program: Command, finish: Finish): void {
  addCommand(program, "resources", "List the files that sessions touched, by their use or importance.", [
    "throughline resources",
    "throughline resources --order recent --project web --type code",
    "throughline resources --order importance --session @last",
    "throughline resources --session @last --json",
    "throughline resources --by-type --project web",
    "throughline resources --dependents src/main.ts --project web",
  ])
    .addOption(
      new Option(
        "--order <order>",
        "accessed, most often first (default), recent, or importance, which tells why",
      ).choices(["accessed", "recent", "importance"]),
    )
    .option("--project <id>", "only this project's")
    .option("--type <type>", "only code, documentation, data, config, image or other")
    .option("--session <session>", "only those of this session, accessed last first")
    .option("--dependencies <resource>", "what this resource depends on; named by its id, or its path")
    .option("--dependents <resource>", "what depends on this resource")
    .option("--by-type", "count them by type, with their bytes and tokens")
    .addOption(limitOption(50))
    .addOption(cursorOption)
    .action(async (options: ListResourcesOptions) =>
      finish(await (await import("../commands/resources.ts")).listResources(options)),
    );
}

/** The services say what is wrong with a number. */
function score(text: string): number {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("It must be a number from 0 to 1.");
  return Number(text);
}

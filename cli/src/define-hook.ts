/** The command `throughline hook`, as help and people see it; calls of agents never come here (`hook/hook-arguments.ts`). */
import { type Command, Option } from "commander";

type AddCommand = (
  parent: Command,
  name: string,
  description: string,
  examples: readonly string[],
  isDefault?: boolean,
) => Command;

export function defineHook(
  program: Command,
  finish: (exitCode: number) => void,
  addCommand: AddCommand,
): void {
  const hook = program
    .command("hook")
    .description("Record what coding agents do as they do it: what their hooks call.")
    .helpCommand(false);
  const isDefault = true;
  addCommand(
    hook,
    "event",
    "Record an event that comes as JSON on standard input. It is only kept before this ends, always with exit code 0.",
    ["throughline hook < event.json", "throughline hook --wait --store sqlite:./garden.db < event.json"],
    isDefault,
  )
    .option("--wait", "record it before this ends")
    .option("--user <name>", "user whose session it is (default: local)")
    .addOption(
      new Option("--tool <tool>", "the agent (default: what the event looks like)").choices([
        "claude-code",
        "codex",
      ]),
    )
    .action(async () => {
      // `hook event` says it in so many words.
      await (await import("./hook/run-hook.ts")).runHook(process.argv.slice(4));
      finish(0);
    });
}

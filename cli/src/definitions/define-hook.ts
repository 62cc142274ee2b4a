/** The command `throughline hook`, as help and people see it; calls of agents never come here (`hook/hook-arguments.ts`). */
import { Argument, type Command, Option } from "commander";
import type { HookSetUpOptions } from "../commands/hook.ts";
import { type HookTool, hookTools } from "../hook/hook-event.ts";
import { type Finish, addCommand } from "./command-parts.ts";

export function defineHook(program: Command, finish: Finish): void {
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
      new Option("--tool <tool>", "the agent (default: what the event looks like)").choices([...hookTools]),
    )
    .action(async () => {
      await (await import("../hook/run-hook.ts")).runHook(process.argv.slice(3));
      finish(0);
    });
  defineSetUp(
    addCommand(hook, "install", "Make a coding agent call it. Its settings are kept in a backup.", [
      "throughline hook install claude-code",
      "throughline hook install claude-code --project --store ./garden.db",
    ]),
  ).action(async (tool: HookTool, options: HookSetUpOptions) =>
    finish(await (await import("../commands/hook.ts")).installHooks(tool, options)),
  );
  defineSetUp(
    addCommand(
      hook,
      "uninstall",
      "Take it out of an agent's settings, whichever installation put it there.",
      ["throughline hook uninstall claude-code"],
    ),
  ).action(async (tool: HookTool, options: HookSetUpOptions) =>
    finish(await (await import("../commands/hook.ts")).uninstallHooks(tool, options)),
  );
}

function defineSetUp(command: Command): Command {
  return command
    .addArgument(new Argument("<tool>", "the agent").choices(hookTools))
    .option("--project", "in the settings of the project in the working folder, rather than the user's")
    .addOption(new Option("--settings <file>", "in this file").conflicts("project"));
}

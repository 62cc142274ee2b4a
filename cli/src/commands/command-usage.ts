import { type CommandListInput, type CommandUsage, commandToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { type PagingOptions, pagingOf, printPage } from "./print-page.ts";

interface UserOptions extends CommonOptions {
  readonly user?: string;
}

export type ListCommandsOptions = UserOptions & PagingOptions & Pick<CommandListInput, "order">;
export type CountCommandOptions = UserOptions;

const standardUser = "local";

export async function listCommands(options: ListCommandsOptions): Promise<number> {
  const { user = standardUser, order = "count" } = options;
  return withThroughline(options, "reads", async ({ commands }) => {
    await printPage<CommandUsage>({
      json: options.json,
      page: await commands.list({ user, order, ...pagingOf(options) }),
      toJson: commandToJson,
      columns: [
        { header: "COUNT", align: "right" },
        { header: "LAST" },
        { header: "COMMAND", isFlexible: true },
      ],
      toRow: ({ usageCount, lastUsed, command }) => [
        String(usageCount),
        formatTime(lastUsed),
        oneLine(command),
      ],
      what: `commands of ${oneLine(user)}`,
    });
    return exitCodes.success;
  });
}

export async function countCommand(
  words: readonly string[],
  { user = standardUser, ...options }: CountCommandOptions,
): Promise<number> {
  return withThroughline(options, "creates", async ({ commands }) => {
    const usage = await commands.record({ user, command: words.join(" ") });
    if (options.json === true) await printJson(commandToJson(usage));
    else await writeOutput(`${oneLine(usage.command)}: ${usage.usageCount}\n`);
    return exitCodes.success;
  });
}

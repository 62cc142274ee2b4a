import { statisticsToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { formatTable } from "../terminal/format-table.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";

export async function stats(options: CommonOptions): Promise<number> {
  return withThroughline(options, "reads", async (throughline) => {
    const statistics = await throughline.stats();
    if (options.json === true) {
      await printJson(statisticsToJson(statistics));
      return exitCodes.success;
    }
    const { sessions, messages, tokens, files, firstActivity, lastActivity } = statistics;
    const numbers = new Intl.NumberFormat("en");
    const tools = Object.entries(sessions.byTool).toSorted(([, left], [, right]) => right - left);
    const rows = [
      ["Sessions", numbers.format(sessions.total)],
      ["  archived", numbers.format(sessions.archived)],
      ["  expired", numbers.format(sessions.expired)],
      ...tools.map(([tool, count]) => [`  of ${oneLine(tool) || "no tool"}`, numbers.format(count)]),
      ["Messages", numbers.format(messages)],
      ["Tokens", numbers.format(tokens)],
      ["Uploaded files", numbers.format(files)],
      ["First activity", firstActivity === null ? "" : formatTime(firstActivity)],
      ["Last activity", lastActivity === null ? "" : formatTime(lastActivity)],
    ];
    const columns = [{ header: "" }, { header: "", align: "right" }] as const;
    const [, ...lines] = formatTable(columns, rows, undefined);
    await writeOutput(`${lines.join("\n")}\n`);
    return exitCodes.success;
  });
}

import type { ResourceStatistics, TypeStatistics } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { type Column, formatTable } from "../terminal/format-table.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { withThroughline } from "../with-throughline.ts";
import type { ListResourcesOptions } from "./resources.ts";
import { misuse } from "../misuse.ts";

const columns: readonly Column[] = [
  { header: "TYPE" },
  { header: "RESOURCES", align: "right" },
  { header: "BYTES", align: "right" },
  { header: "TOKENS", align: "right" },
  { header: "UNCOUNTED", align: "right" },
];

/** Counts resources by type, with their bytes and tokens. */
export async function countByType(options: ListResourcesOptions): Promise<number> {
  const { order, type, session, limit, cursor, project } = options;
  if ([order, type, session, limit, cursor].some((given) => given !== undefined)) {
    throw misuse("--by-type goes with --project only.");
  }
  return withThroughline(options, "reads", async ({ resources }) => {
    const statistics = await resources.statistics(project === undefined ? {} : { project });
    const { byType, ...all } = statistics;
    if (options.json === true) await printJson({ ...all, by_type: byType });
    else await printStatistics(statistics);
    return exitCodes.success;
  });
}

async function printStatistics({ byType, family, ...all }: ResourceStatistics): Promise<void> {
  const found = Object.entries(byType).filter(([, { resources }]) => resources > 0);
  if (found.length === 0) {
    process.stderr.write("No resources.\n");
    return;
  }
  const rows = [...found.map(([type, sums]) => rowOf(type, sums)), rowOf("all", all)];
  const { isTTY, columns: width } = process.stdout;
  await writeOutput(`${formatTable(columns, rows, isTTY ? width : undefined).join("\n")}\n`);
  process.stderr.write(`Tokens as ${family} counts them; ~: with estimates.\n`);
}

function rowOf(
  name: string,
  { resources, bytes, tokens, estimated, uncounted }: TypeStatistics,
): readonly string[] {
  return [name, String(resources), String(bytes), `${estimated ? "~" : ""}${tokens}`, String(uncounted)];
}

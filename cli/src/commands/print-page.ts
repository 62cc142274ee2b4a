import type { JsonObject } from "@throughline/core";
import { type Column, formatTable } from "../terminal/format-table.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { pageToJson } from "./page-to-json.ts";

/** A page, and how its items are shown. */
export interface PrintedPage<Item> {
  readonly json: boolean | undefined;
  readonly page: { readonly items: readonly Item[]; readonly next?: string };
  readonly toJson: (item: Item) => JsonObject;
  readonly columns: readonly Column[];
  readonly toRow: (item: Item) => readonly string[];
  /** What there are none of. */
  readonly what: string;
}

/** Prints a page as JSON or as a table, and how to go on where there is more. */
export async function printPage<Item>({
  json,
  page,
  toJson,
  columns,
  toRow,
  what,
}: PrintedPage<Item>): Promise<void> {
  if (json === true) {
    await printJson(pageToJson(page, toJson));
    return;
  }
  if (page.items.length === 0) process.stderr.write(`No ${what}.\n`);
  else {
    const { isTTY, columns: width } = process.stdout;
    const lines = formatTable(columns, page.items.map(toRow), isTTY ? width : undefined);
    await writeOutput(`${lines.join("\n")}\n`);
  }
  if (page.next !== undefined) process.stderr.write(`More: the same with --cursor ${page.next}\n`);
}

/** What a list takes beside what it lists. */
export interface PagingOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

/** Only what was given. */
export function pagingOf({ limit, cursor }: PagingOptions): PagingOptions {
  return {
    ...(limit === undefined ? undefined : { limit }),
    ...(cursor === undefined ? undefined : { cursor }),
  };
}

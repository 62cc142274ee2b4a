import type { Kind } from "@throughline/core";
import { RecordTable } from "./record-table.ts";
import { LogTable } from "./log-table.ts";
import { SessionTable } from "./session-table.ts";
import type { SqliteTable } from "./table.ts";

export type Tables = ReadonlyMap<string, SqliteTable>;

/** The tables of the kinds that a store is opened with. */
export function makeTables(kinds: ReadonlyMap<string, Kind>): Tables {
  return new Map([...kinds].map(([name, kind]) => [name, makeTable(kind)]));
}

function makeTable(kind: Kind): SqliteTable {
  switch (kind.name) {
    case "sessions":
      return new SessionTable();
    case "messages":
      return new LogTable(kind, "message_rows");
    case "branches":
      return new LogTable(kind, "branches");
    default:
      return new RecordTable(kind);
  }
}

/** The table of a kind that is known to exist. */
export function tableOf(tables: Tables, kind: string): SqliteTable {
  const table = tables.get(kind);
  if (table === undefined) throw new TypeError(`there is no table of ${kind}`);
  return table;
}

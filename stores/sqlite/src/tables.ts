import type { Kind } from "@throughline/core";
import { GenericTable } from "./generic-table.ts";
import { LogTable } from "./log-table.ts";
import { SessionTable } from "./session-table.ts";
import type { Table } from "./table.ts";

export type Tables = ReadonlyMap<string, Table>;

/** The tables of the kinds that a store is opened with. */
export function makeTables(kinds: ReadonlyMap<string, Kind>): Tables {
  return new Map([...kinds].map(([name, kind]) => [name, makeTable(kind)]));
}

function makeTable(kind: Kind): Table {
  switch (kind.name) {
    case "sessions":
      return new SessionTable();
    case "messages":
      return new LogTable(kind, "message_rows");
    case "branches":
      return new LogTable(kind, "branches");
    default:
      return new GenericTable(kind);
  }
}

/** The table of a kind that is known to exist. */
export function tableOf(tables: Tables, kind: string): Table {
  const table = tables.get(kind);
  if (table === undefined) throw new TypeError(`there is no table of ${kind}`);
  return table;
}

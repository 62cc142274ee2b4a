import type { CheckedBatch, Found, Lookup } from "@throughline/core";
import { keyText } from "@throughline/core";
import { selectedFields } from "@throughline/store-sql";
import { findOperation } from "./operations.ts";
import type { Scope } from "./scope.ts";
import { findRow, selectRows } from "./select-rows.ts";
import type { Tables } from "./tables.ts";
import { tableOf } from "./tables.ts";

/** What an append reads and writes of its session, and what its unique keys are made of. */
const appendFields: readonly string[] = [
  "id",
  "userId",
  "toolId",
  "externalKey",
  "terminalId",
  "status",
  "hiddenAt",
  "lastSeq",
  "headSeq",
  "messageCount",
  "tokenCount",
  "lastActivity",
  "revision",
];

/** Whether a batch does nothing to its sessions but append: then their long texts need not be read. */
export function onlyAppends({ writes, expect }: CheckedBatch): boolean {
  return (
    writes.every(({ type }) => type === "append") && (expect ?? []).every(({ kind }) => kind !== "sessions")
  );
}

/** Answers what resolving a batch asks, from the transaction that it will be written in. */
export function lookUp(scope: Scope, tables: Tables, lookup: Lookup, appends: boolean): Found {
  switch (lookup.type) {
    case "operation":
      return findOperation(scope, lookup.id);
    case "record": {
      const table = tableOf(tables, lookup.kind.name);
      const isAppended = appends && lookup.kind.name === "sessions";
      return findRow(
        scope,
        table,
        lookup.key,
        isAppended ? appendFields : selectedFields(lookup.kind, "all"),
      );
    }
    case "removed":
      return scope.connection.readNumber(
        `SELECT revision FROM removed_keys WHERE tenant = ? AND kind = ? AND key = ?`,
        scope.tenant,
        lookup.kind.name,
        keyText(lookup.key),
      );
    case "prefix": {
      const { kind, shape, prefix, limit } = lookup;
      const fields = selectedFields(kind, "all");
      return selectRows(
        scope,
        tableOf(tables, kind.name),
        { shape, prefix, direction: "forward" },
        fields,
        limit,
      );
    }
  }
}

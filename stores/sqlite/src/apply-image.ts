import type { Image, Kind, KeyValues } from "@throughline/core";
import { keyText, leavesRevision } from "@throughline/core";
import type { Scope } from "./scope.ts";
import type { Tables } from "./tables.ts";
import { tableOf } from "./tables.ts";

/** Writes one change that a batch makes. */
export function applyImage(scope: Scope, tables: Tables, image: Image, now: number): void {
  const { kind, key } = image;
  const table = tableOf(tables, kind.name);
  switch (image.type) {
    case "insert":
      table.insert(scope, image.row);
      // A record that was never removed begins at 1, and has left no key behind.
      if (image.row.revision > 1) forgetRemoved(scope, kind, key);
      break;
    case "update":
      table.update(scope, key, image.set);
      break;
    case "remove":
      table.remove(scope, key, now);
      if (leavesRevision(kind)) keepRemoved(scope, kind, key, image.revision, now);
  }
}

/** Keeps the revision of a removed record, so that one inserted after it goes on from there. */
function keepRemoved(
  { connection, tenant }: Scope,
  kind: Kind,
  key: KeyValues,
  revision: number,
  now: number,
): void {
  connection.run(
    `INSERT INTO removed_keys (tenant, kind, key, revision, removed_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (tenant, kind, key) DO UPDATE SET revision = excluded.revision, removed_at = excluded.removed_at`,
    tenant,
    kind.name,
    keyText(key),
    revision,
    now,
  );
}

function forgetRemoved({ connection, tenant }: Scope, kind: Kind, key: KeyValues): void {
  connection.run(
    `DELETE FROM removed_keys WHERE tenant = ? AND kind = ? AND key = ?`,
    tenant,
    kind.name,
    keyText(key),
  );
}

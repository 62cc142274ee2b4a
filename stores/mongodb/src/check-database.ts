import type { Problem, Store } from "@throughline/core";
import type { Database } from "./database.ts";

/** Looks for damage in every tenant. */
export async function checkDatabase(
  _store: Store,
  _database: Database,
  _tenants: readonly string[],
): Promise<readonly Problem[]> {
  return [];
}

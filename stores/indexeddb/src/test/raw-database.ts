/** The database as another program sees it. */
import { answerOf } from "../requests.ts";

export function rawConnection(name: string, version?: number): Promise<IDBDatabase> {
  return answerOf<IDBDatabase>(indexedDB.open(name, version));
}

export async function recordsOf(name: string, store: string): Promise<unknown[]> {
  const database = await rawConnection(name);
  const records = await answerOf<unknown[]>(database.transaction(store).objectStore(store).getAll());
  database.close();
  return records;
}

import type { Connection } from "./connection.ts";

/** The feed position up to which the search index holds every change. */
export function readSearchProgress(connection: Connection): number {
  return connection.readNumber(`SELECT position FROM search_progress WHERE index_name = 'search_index'`);
}

export function writeSearchProgress(connection: Connection, position: number): void {
  connection.run(`UPDATE search_progress SET position = ? WHERE index_name = 'search_index'`, position);
}

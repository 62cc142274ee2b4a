/** Words of the index, as PostgreSQL reads and writes them. Its own parser and dictionaries never see a text. */
import { createHash } from "node:crypto";

/** A token in the notation of `tsvector` and `tsquery`. */
export function quoteLexeme(token: string): string {
  const isPlain = !token.includes("\\") && !token.includes("'");
  return isPlain ? `'${token}'` : `'${token.replaceAll(/['\\]/g, "$&$&")}'`;
}

/** Every row of a tenant has this word. No text has it: tokens have no capitals. */
export function tenantLexeme(tenant: string): string {
  return `T${shortHash([tenant])}`;
}

/** Every row of a session has this word. */
export function sessionLexeme(tenant: string, session: string): string {
  return `S${shortHash([tenant, session])}`;
}

/** Names may be long and hold anything. That two have the same hash does no harm: rows hold the names, too. */
function shortHash(names: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(names)).digest("hex").slice(0, 16);
}

/** A change of a session that depends on how the session is. */
import { isThroughlineError } from "../../error.ts";
import type { Row, StoredRecord } from "../../model/kind.ts";
import { sessionNotFound } from "./find-session.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "./sessions.ts";

/** Decides about a session as it is: the fields to set, or undefined where it is as it should be. */
type Decide = (row: Row) => StoredRecord | undefined;

/**
 * Reads a session, decides, and sets the fields if `basis`, the fields that the decision rests on, are still as they were
 * read; otherwise it reads and decides again. What others do to the rest of the session, appends above all, is no conflict.
 *
 * @throws ThroughlineError `not_found`
 */
export async function changeSession(
  context: ServiceContext,
  id: string,
  basis: readonly string[],
  decide: Decide,
  settings: CallSettings,
): Promise<Row> {
  const { store, tenant } = context;
  return repeatOnConflict(
    ({ kind, field }) => kind === "sessions" && basis.includes(String(field)),
    async () => {
      const row = await readSession(context, id, settings);
      const decided = decide(row);
      if (decided === undefined) return row;
      const set = { ...decided, updatedAt: store.now() };
      const fields = Object.fromEntries(basis.map((field) => [field, row[field] ?? null]));
      const expect = [
        { type: "equals", kind: "sessions", key: [id], fields: { hiddenAt: 0, ...fields } },
      ] as const;
      const update = { type: "update", kind: "sessions", key: [id], set } as const;
      const { results } = await store
        .commit({ tenant, writes: [update], expect }, settings)
        .catch((error: unknown) => {
          throw isGone(error) ? sessionNotFound(id) : error;
        });
      const [updated] = results;
      const revision = updated !== undefined && "revision" in updated ? updated.revision : 0;
      // Appends may have come between; then the session is read again rather than guessed.
      return revision === row.revision + 1
        ? { ...row, ...set, revision }
        : readSession(context, id, settings);
    },
  );
}

async function readSession(
  { store, tenant }: ServiceContext,
  id: string,
  settings: CallSettings,
): Promise<Row> {
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys: [[id]] }] },
    settings,
  );
  const row = answers[0][0];
  if (row === undefined) throw sessionNotFound(id);
  return row;
}

/** Whether a commit was refused because the session was deleted, or erased, since it was read. */
function isGone(error: unknown): boolean {
  if (!isThroughlineError(error) || error.reason !== "expectation") return false;
  const { kind, field } = error.details ?? {};
  return kind === "sessions" && (field === undefined || field === "hiddenAt");
}

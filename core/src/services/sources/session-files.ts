/**
 * Which of the imported files is a session's own. The file of a session that went on with another one begins with that
 * one's lines, and may have been imported first.
 */
import type { KeyValues, Row } from "../../model/kind.ts";
import { sourceSessions } from "../erasing/import-notes.ts";
import { everyRecord } from "../every-record.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "../sessions/sessions.ts";

type FileContext = Pick<ServiceContext, "store" | "tenant">;

interface SessionFile {
  /** The record of the source. */
  readonly row: Row;
  /** Whether it is named after the session, or holds lines of no other session but those that this one started. */
  readonly isOwn: boolean;
}

/** Sources, and sessions of a source, that are looked at together. */
const pageSize = 500;

/**
 * The file of a session that has messages of the source `newest`: that one, unless it looks like another session's. Then
 * it is, of all the files that held the session, one that is named after it, else one of its own, else the longest.
 * Undefined where the source is gone.
 */
export async function findSessionFile(
  context: FileContext,
  session: Row,
  newest: string,
  settings: CallSettings,
): Promise<SessionFile | undefined> {
  const row = await readSource(context, newest, settings);
  if (row === undefined) return undefined;
  const isOwn = await isOwnFile(context, session, row, settings);
  if (isOwn) return { row, isOwn };
  let best: SessionFile = { row, isOwn };
  for await (const candidate of filesOf(context, session, row.toolId as string, settings)) {
    const file = { row: candidate, isOwn: await isOwnFile(context, session, candidate, settings) };
    if (isBetter(session, file, best)) best = file;
  }
  return best;
}

/** Whether an import noted that the session has lines of the source. */
export async function isNoted(
  { store, tenant }: FileContext,
  session: string,
  source: string,
  settings: CallSettings,
): Promise<boolean> {
  const keys = [noteKey(source, session)];
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "state", keys, select: "key" }] },
    settings,
  );
  return answers[0][0] !== undefined;
}

/** The last part of a path or key, with slashes of either kind; short enough for a file's name. */
export function baseName(path: string): string {
  const name = path.split(/[/\\]/).findLast((part) => part !== "") ?? "";
  return name === "" ? "session" : name.slice(-200);
}

function noteKey(source: string, session: string): KeyValues {
  return [...sourceSessions(source), session];
}

async function readSource(
  { store, tenant }: FileContext,
  source: string,
  settings: CallSettings,
): Promise<Row | undefined> {
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "sources", keys: [[source]] }] },
    settings,
  );
  return answers[0][0];
}

/** The sources that the session has lines of: every source of the tool is looked at. */
async function* filesOf(
  context: FileContext,
  session: Row,
  tool: string,
  settings: CallSettings,
): AsyncGenerator<Row, void, undefined> {
  const { store, tenant } = context;
  const query = {
    kind: "sources",
    shape: "tool",
    prefix: [tool],
    direction: "forward",
    limit: pageSize,
  } as const;
  let page: Row[] = [];
  const noted = async (): Promise<readonly Row[]> => {
    const keys = page.map(({ id }) => noteKey(id as string, session.id as string));
    const { answers } = await store.read(
      { tenant, requests: [{ type: "get", kind: "state", keys, select: "key" }] },
      settings,
    );
    return page.filter((_, index) => answers[0][index] !== undefined);
  };
  for await (const row of everyRecord(context, query, settings)) {
    page.push(row);
    if (page.length < pageSize) continue;
    yield* await noted();
    page = [];
  }
  if (page.length > 0) yield* await noted();
}

async function isOwnFile(
  context: FileContext,
  session: Row,
  source: Row,
  settings: CallSettings,
): Promise<boolean> {
  return isNamedAfter(session, source) || !(await holdsOthers(context, session, source, settings));
}

/** `<key>.jsonl`, or `<something>-<key>.jsonl`. */
function isNamedAfter({ externalKey }: Row, { path }: Row): boolean {
  const key = baseName(externalKey as string);
  const name = baseName(path as string).replace(/\.[a-z]+$/i, "");
  return name === key || name.endsWith(`-${key}`);
}

/** Whether lines of other sessions were read from a source, beside those of sessions that this one started. */
async function holdsOthers(
  { store, tenant }: FileContext,
  session: Row,
  source: Row,
  settings: CallSettings,
): Promise<boolean> {
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        {
          type: "query",
          kind: "state",
          shape: "key",
          prefix: sourceSessions(source.id as string),
          direction: "forward",
          limit: pageSize,
          select: "key",
        },
      ],
    },
    settings,
  );
  const others = answers[0].rows.filter(({ key }) => key !== session.id);
  if (others.length === 0) return false;
  const keys = others.map(({ key }) => [key as string]);
  const { answers: found } = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys, hidden: true }] },
    settings,
  );
  return found[0].some((row) => row !== undefined && row.parentSessionId !== session.id);
}

function isBetter(session: Row, one: SessionFile, other: SessionFile): boolean {
  const isNamed = isNamedAfter(session, one.row);
  if (isNamed !== isNamedAfter(session, other.row)) return isNamed;
  if (one.isOwn !== other.isOwn) return one.isOwn;
  return (one.row.size as number) > (other.row.size as number);
}

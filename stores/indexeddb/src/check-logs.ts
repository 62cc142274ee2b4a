import type { Problem, Row } from "@throughline/core";
import { keyText } from "@throughline/core";
import type { Entry } from "./keys.ts";
import { walk } from "./requests.ts";

interface Log {
  first: number;
  last: number;
  messages: number;
  there: number;
}

/** Compares what sessions say of their logs with the messages that are there. */
export async function checkLogs(transaction: IDBTransaction): Promise<readonly Problem[]> {
  const logs = new Map<string, Log>();
  await walk(transaction.objectStore("messages").openCursor(), ({ value, primaryKey }) => {
    const { row } = value as Entry;
    const name = logName(primaryKey, row.sessionId);
    const log = logs.get(name) ?? { first: row.seq as number, last: 0, messages: 0, there: 0 };
    log.last = row.seq as number;
    log.messages += 1;
    if (row.removedAt === 0) log.there += 1;
    logs.set(name, log);
    return true;
  });
  const problems: Problem[] = [];
  await walk(transaction.objectStore("sessions").openCursor(), ({ value, primaryKey }) => {
    const { row } = value as Entry;
    problems.push(...problemsOf(row, logs.get(logName(primaryKey, row.id))));
    return true;
  });
  return problems;
}

/** The tenant stands first in every key. */
function logName(key: IDBValidKey, session: Row[string] | undefined): string {
  return keyText([(key as string[])[0] as string, session as string]);
}

function problemsOf(session: Row, log: Log | undefined): Problem[] {
  const id = session.id as string;
  if (log === undefined) return [];
  const problems: Problem[] = [];
  if (log.last !== session.lastSeq || log.messages !== log.last - log.first + 1) {
    problems.push({ problem: "missing_positions", message: `Session ${id} lacks positions.`, session: id });
  }
  if (log.there !== session.messageCount) {
    problems.push({
      problem: "wrong_counts",
      message: `Session ${id} counts its messages wrongly.`,
      session: id,
    });
  }
  return problems;
}

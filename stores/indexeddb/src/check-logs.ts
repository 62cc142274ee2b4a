import type { Problem, Row } from "@throughline/core";
import { keyText } from "@throughline/core";
import type { Entry } from "./keys.ts";
import { walk } from "./requests.ts";

interface Log {
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
    const log = logs.get(name) ?? { last: 0, messages: 0, there: 0 };
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

function problemsOf(session: Row, log: Log = { last: 0, messages: 0, there: 0 }): Problem[] {
  const id = session.id as string;
  const { last, messages, there } = log;
  const problems: Problem[] = [];
  const expected = (session.lastSeq as number) - (session.forkedAt as number);
  if (messages !== expected || (messages > 0 && last !== session.lastSeq)) {
    problems.push({ problem: "missing_positions", message: `Session ${id} lacks positions.`, session: id });
  }
  if (there !== session.messageCount) {
    problems.push({
      problem: "wrong_counts",
      message: `Session ${id} counts its messages wrongly.`,
      session: id,
    });
  }
  return problems;
}

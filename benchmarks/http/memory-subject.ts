import type { BenchmarkMessage, Subject } from "../harness/contestant.ts";
import { makeId } from "../harness/make-messages.ts";

const kept = 50;

/** What a bare route keeps: counts and the last messages, so that its results can be checked as others are. */
export function memorySubject(): Pick<
  Subject,
  "createSession" | "append" | "readLast" | "countMessages" | "describe"
> {
  const sessions = new Map<string, { count: number; readonly last: BenchmarkMessage[] }>();
  const find = (id: string) => {
    const session = sessions.get(id);
    if (session === undefined) throw new Error(`No session ${id}`);
    return session;
  };
  return {
    async createSession() {
      const id = makeId();
      sessions.set(id, { count: 0, last: [] });
      return id;
    },
    async append(id, messages) {
      const session = find(id);
      session.count += messages.length;
      session.last.push(...messages.slice(-kept));
      session.last.splice(0, session.last.length - kept);
    },
    readLast: async (id, count) => find(id).last.slice(-count),
    countMessages: async (id) => find(id).count,
    describe: (message) => message as BenchmarkMessage,
  };
}

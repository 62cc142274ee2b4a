import type { Part } from "@throughline/core";
import type {
  ImportCheckpoint,
  ImportedMessage,
  ImportedSession,
  ImportEvent,
  ImportProblem,
} from "../importer.ts";

/** What a store would hold after an import. */
export interface ImportResult {
  readonly sessions: Map<string, ImportedSession>;
  /** In the order of their first appearance. */
  readonly messages: ImportedMessage[];
  readonly problems: ImportProblem[];
  readonly checkpoints: ImportCheckpoint[];
}

export function emptyResult(): ImportResult {
  return { sessions: new Map(), messages: [], problems: [], checkpoints: [] };
}

/** Applies events as the interface says: drafts override, a continued message grows. */
export async function applyEvents(
  events: AsyncIterable<ImportEvent>,
  result: ImportResult = emptyResult(),
): Promise<ImportResult> {
  for await (const event of events) {
    if (event.type === "problem") result.problems.push(event);
    else if (event.type === "checkpoint") result.checkpoints.push(event);
    else if (event.type === "session") {
      result.sessions.set(event.externalKey, { ...result.sessions.get(event.externalKey), ...event });
    } else applyMessage(event, result.messages);
  }
  return result;
}

function applyMessage(event: ImportedMessage, messages: ImportedMessage[]): void {
  const { continues, ...message } = event;
  const at = messages.findLastIndex(({ id, session }) => id === event.id && session === event.session);
  const earlier = messages[at];
  if (continues !== true || earlier === undefined) {
    messages.push(message);
    return;
  }
  const { createdAt } = earlier;
  messages[at] = {
    ...earlier,
    ...message,
    content: [...partsOf(earlier), ...partsOf(event)],
    ranges: [...earlier.ranges, ...event.ranges],
    ...(createdAt !== undefined && { createdAt }),
    ...(earlier.metadata !== undefined && { metadata: { ...earlier.metadata, ...message.metadata } }),
  };
}

export function partsOf(message: ImportedMessage): readonly Part[] {
  return typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
}

/** Writes the conversations of an export, several at a time: a store that is far away answers them together. */
import type { ImportEvent, ImportedMessage } from "../importer.ts";
import type { Conversation } from "./conversation-plan.ts";
import { ConversationWriter } from "./conversation-writer.ts";
import type { FileImport } from "./import-file.ts";

const writtenTogether = 32;

/** Answers the external keys of sessions that were deleted here. */
export async function writeConversations(
  file: FileImport,
  sourceId: string,
  events: readonly ImportEvent[],
): Promise<readonly string[]> {
  const skipped: string[] = [];
  for (const some of groupsOf(conversationsOf(events))) {
    const deleted = await Promise.all(some.map((conversation) => writeOne(file, sourceId, conversation)));
    skipped.push(...deleted.filter((key) => key !== undefined));
  }
  return skipped;
}

/** Each has a writer of its own: none counts on large values that another is about to store. */
async function writeOne(
  file: FileImport,
  sourceId: string,
  conversation: Conversation,
): Promise<string | undefined> {
  const writer = new ConversationWriter(file, sourceId);
  const deleted = await writer.write(conversation);
  await writer.finish();
  return deleted;
}

function* conversationsOf(events: readonly ImportEvent[]): Generator<Conversation, void, undefined> {
  let messages: Map<string, ImportedMessage> = new Map();
  let session: Conversation["session"] | undefined;
  const finish = (): readonly Conversation[] =>
    session?.part === undefined ? [] : [{ session, part: session.part, messages: [...messages.values()] }];
  for (const event of events) {
    if (event.type === "session") {
      yield* finish();
      session = event;
      messages = new Map();
    } else if (event.type === "message") {
      if (!messages.has(event.id)) messages.set(event.id, event);
    }
  }
  yield* finish();
}

/** A conversation that stands twice in a file is not written twice at a time. */
function* groupsOf(
  conversations: Iterable<Conversation>,
): Generator<readonly Conversation[], void, undefined> {
  let group: Conversation[] = [];
  for (const conversation of conversations) {
    const { externalKey } = conversation.part;
    const isThere = group.some(({ part }) => part.externalKey === externalKey);
    if (isThere || group.length === writtenTogether) {
      yield group;
      group = [];
    }
    group.push(conversation);
  }
  if (group.length > 0) yield group;
}

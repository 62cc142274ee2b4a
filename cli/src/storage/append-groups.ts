/** Messages in groups that fit into one append each. */
interface Weighed {
  readonly content: unknown;
  readonly metadata: unknown;
}

const groupSize = 500;
/** Far below what one append may have: a message that is nearer to it goes alone. */
const groupBytes = 8 * 1024 * 1024;

/** The messages in order, in groups of at most 500 and about 8 MiB. */
export async function* appendGroups<Item extends Weighed>(
  messages: Iterable<Item> | AsyncIterable<Item>,
): AsyncGenerator<readonly Item[], void, undefined> {
  let group: Item[] = [];
  let bytes = 0;
  for await (const message of messages) {
    const size = Buffer.byteLength(JSON.stringify([message.content, message.metadata]));
    if (group.length === groupSize || (group.length > 0 && bytes + size > groupBytes)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(message);
    bytes += size;
  }
  if (group.length > 0) yield group;
}

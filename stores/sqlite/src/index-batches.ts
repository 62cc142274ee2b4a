/** What the index is to hold of messages, made ready in small pieces of work between which others have a turn. */
import type { Tokens } from "@throughline/core";
import { textOfMessage, toFts5Text, tokenize, tokenizeInSteps } from "@throughline/core";
import type { SearchedMessage } from "./changed-messages.ts";
import { LARGE_TEXT, type RowText, Slicer } from "./search-rows.ts";

/** UTF-16 units of text that are tokenized before others have a turn: a few milliseconds of work. */
const UNITS_A_TURN = 64 * 1024;

/** Messages (of large ones slices), and characters of them, that one write transaction indexes. */
export interface IndexBatchSize {
  readonly messages: number;
  readonly characters: number;
}

/** Appends wait while a transaction runs. */
export const shortBatches: IndexBatchSize = { messages: 200, characters: 256 * 1024 };
/** Each transaction leaves a segment of the index, which is merged with others: where a search waits, fewer are quicker. */
export const longBatches: IndexBatchSize = { messages: 1_000, characters: 1024 * 1024 };

/** A row that the index is to hold; without texts it is to hold none of the message. */
export interface IndexEntry {
  readonly message: SearchedMessage;
  readonly texts?: RowText;
  /** Of a message with slices, which one this is. */
  readonly slice?: number;
  /** Whether it is the last of its message. */
  readonly isLast: boolean;
}

/** Entries that belong together in one transaction, in the order of the feed. */
export interface IndexBatch {
  readonly entries: readonly IndexEntry[];
  /** Whether it is the last of its step. There is one even if nothing of it is to be indexed. */
  readonly isLast: boolean;
}

/** Tokenizes messages, and collects batches. `readStaged` reads content that lies apart; `rest` gives others a turn. */
export async function* makeBatches(
  messages: readonly SearchedMessage[],
  size: IndexBatchSize,
  readStaged: (message: SearchedMessage) => Promise<string>,
  rest: () => Promise<unknown>,
): AsyncGenerator<IndexBatch, void> {
  let entries: IndexEntry[] = [];
  let characters = 0;
  let worked = 0;
  for (const message of messages) {
    const text = message.isRemoved ? "" : (textHere(message) ?? (await readStaged(message)));
    for (const entry of entriesOf(message, text)) {
      entries.push(entry);
      characters += entry.texts?.words.length ?? 0;
      worked += entry.slice === undefined ? text.length : UNITS_A_TURN;
      if (worked >= UNITS_A_TURN) {
        worked = 0;
        await rest();
      }
      // Slices take longest to write: their words are many and different.
      const most = entry.slice === undefined ? size.characters : shortBatches.characters;
      if (entries.length < size.messages && characters < most) continue;
      yield { entries, isLast: false };
      entries = [];
      characters = 0;
    }
  }
  yield { entries, isLast: true };
}

/** The entries of one message, each made when it is asked for. */
export function* entriesOf(message: SearchedMessage, text: string): Generator<IndexEntry, void> {
  if (message.isRemoved) {
    yield { message, isLast: true };
    return;
  }
  if (text.length <= LARGE_TEXT) {
    yield { message, texts: toFts5Text(tokenize(text)), isLast: true };
    return;
  }
  const slicer = new Slicer();
  const steps = tokenizeInSteps(text);
  let tokens: Tokens | undefined = takeNext(steps);
  for (let slice = 0; tokens !== undefined; slice += 1) {
    const texts = slicer.next(tokens);
    tokens = takeNext(steps);
    yield { message, texts, slice, isLast: tokens === undefined };
  }
}

/** A message's text, unless it lies apart. */
function textHere(message: SearchedMessage): string | undefined {
  const { contentFormat } = message;
  return contentFormat === "blob" || contentFormat === "parts"
    ? undefined
    : textOfMessage({ ...message }, () => []);
}

function takeNext(steps: Generator<Tokens, void>): Tokens | undefined {
  const { value, done } = steps.next();
  return done === true ? undefined : (value ?? undefined);
}

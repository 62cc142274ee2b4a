/** The directory of a segment: which of its blocks to read. */
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { type MessageKey, compareMessages } from "./indexed-message.ts";

/** Where a block of words begins. A word with many postings goes on in the blocks that begin with it. */
export interface WordBlockStart {
  readonly word: string;
  /** The number of the first message of that word in the block. */
  readonly message: number;
}

export interface Directory {
  /** Messages of the segment; they are numbered from 0, in order. */
  readonly messages: number;
  /** The first message of each block of messages. */
  readonly messageBlocks: readonly MessageKey[];
  readonly wordBlocks: readonly WordBlockStart[];
}

export function encodeDirectory({ messages, messageBlocks, wordBlocks }: Directory): Uint8Array {
  const writer = new ByteWriter(1_024);
  writer.writeNumber(messages);
  writer.writeNumber(messageBlocks.length);
  for (const { session, seq } of messageBlocks) {
    writer.writeText(session);
    writer.writeNumber(seq);
  }
  writer.writeNumber(wordBlocks.length);
  for (const { word, message } of wordBlocks) {
    writer.writeText(word);
    writer.writeNumber(message);
  }
  return writer.copy();
}

export function decodeDirectory(bytes: Uint8Array): Directory {
  const reader = new ByteReader(bytes);
  return {
    messages: reader.readNumber(),
    messageBlocks: Array.from({ length: reader.readNumber() }, () => ({
      session: reader.readText(),
      seq: reader.readNumber(),
    })),
    wordBlocks: Array.from({ length: reader.readNumber() }, () => ({
      word: reader.readText(),
      message: reader.readNumber(),
    })),
  };
}

/** Numbers of messages, the last one not included. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/** The blocks that may hold a word, or words that begin with it, for messages of these numbers. */
export function findWordBlocks(
  { wordBlocks }: Directory,
  word: string,
  isPrefix: boolean,
  { from, to }: NumberRange,
): number[] {
  // The block before the first that begins with the word, or after it, may hold it as well.
  const first = Math.max(0, findFirst(wordBlocks, (start) => start.word >= word) - 1);
  const blocks: number[] = [];
  for (let block = first; block < wordBlocks.length; block += 1) {
    const start = wordBlocks[block] as WordBlockStart;
    if (start.word > word && !(isPrefix && start.word.startsWith(word))) break;
    const next = wordBlocks[block + 1];
    // A block that holds nothing but one word may be passed over for the messages that are in it.
    const isLater = !isPrefix && start.word === word && start.message >= to;
    const isEarlier = !isPrefix && start.word === word && next?.word === word && next.message < from;
    if (!isLater && !isEarlier) blocks.push(block);
  }
  return blocks;
}

/** The block that holds a message if the segment does; -1 if it can't. */
export function findMessageBlock({ messageBlocks }: Directory, key: MessageKey): number {
  return findFirst(messageBlocks, (start) => compareMessages(start, key) > 0) - 1;
}

/** The index of the first element for which `test` holds, of a list in which it holds from some element on. */
export function findFirst<Element>(list: readonly Element[], test: (element: Element) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(list[middle] as Element)) high = middle;
    else low = middle + 1;
  }
  return low;
}

import { randomBytes } from "node:crypto";
import type { BenchmarkMessage } from "./contestant.ts";

const syllables = [
  "ka",
  "lo",
  "min",
  "ter",
  "su",
  "ran",
  "vel",
  "or",
  "den",
  "pi",
  "sta",
  "que",
  "mor",
  "ine",
  "al",
];
const wordsPerMessage = 60;
const poolSize = 1000;

/** Numbers between 0 and 1 that are the same in every run (a linear congruential generator). */
function repeatableNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

function makeVocabulary(next: () => number): string[] {
  return Array.from({ length: 2000 }, () => {
    const length = 2 + Math.floor(next() * 3.6);
    return Array.from({ length }, () => syllables[Math.floor(next() * syllables.length)]).join("");
  });
}

function makeTexts(): string[] {
  const next = repeatableNumbers(20_261_121);
  const vocabulary = makeVocabulary(next);
  return Array.from({ length: poolSize }, () =>
    // The square prefers the front of the vocabulary, as common words are preferred in speech.
    Array.from(
      { length: wordsPerMessage },
      () => vocabulary[Math.floor(next() ** 2 * vocabulary.length)],
    ).join(" "),
  );
}

let texts: readonly string[] | undefined;

/** The text number `index`: 60 words, about 570 bytes, the same in every run. */
export function textAt(index: number): string {
  texts ??= makeTexts();
  const text = texts[index % poolSize];
  if (text === undefined) throw new RangeError(`No text at ${index}`);
  return text;
}

let lastTime = 0;
let counter = 0;

/** A new UUID of version 7, increasing within the process, as clients make them. */
export function makeId(): string {
  const now = Date.now();
  counter = now > lastTime ? 0 : counter + 1;
  lastTime = Math.max(now, lastTime);
  if (counter > 0xfff) {
    lastTime += 1;
    counter = 0;
  }
  const time = lastTime.toString(16).padStart(12, "0");
  const tail = randomBytes(8);
  tail[0] = ((tail[0] ?? 0) & 0x3f) | 0x80;
  const end = tail.toString("hex");
  const order = counter.toString(16).padStart(3, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${order}-${end.slice(0, 4)}-${end.slice(4)}`;
}

/** The message that stands at `index` of a conversation: questions and answers in turn. */
export function makeMessage(index: number): BenchmarkMessage {
  return { id: makeId(), role: index % 2 === 0 ? "user" : "assistant", text: textAt(index) };
}

/** `count` messages from `first` on. */
export function makeMessages(count: number, first = 0): BenchmarkMessage[] {
  return Array.from({ length: count }, (_, index) => makeMessage(first + index));
}

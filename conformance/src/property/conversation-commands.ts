/** Calls about messages: appended, put, deleted, read on every path, searched. */
import type { AppendOptions, ListOptions, MessageInput, SearchOptions } from "@throughline/core";
import * as fc from "fast-check";
import {
  type ServiceCommand,
  command,
  given,
  label,
  maybe,
  pick,
  position,
  walk,
} from "./service-command.ts";

/** Words of several scripts, identifiers and paths: what people search for in conversations with agents. */
const words = [
  "error",
  "Errors",
  "parseUserName",
  "parse_user_name",
  "src/index.ts",
  "über",
  "naïve",
  "東京都庁",
  "京都",
  "한국어",
  "x-y",
  "v1.2.3",
  "don't",
  "\ud83d\ude00",
];
const text = fc
  .array(fc.constantFrom(...words), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(" "));
const queries = fc.oneof(
  text,
  fc.constantFrom(...words),
  text.map((phrase) => `"${phrase}"`),
  fc.constantFrom("err*", "parse*", "src/*", "京*", "-error über", "error -Errors", '"東京', "-", "*", " "),
);

const content = fc.oneof(
  { weight: 6, arbitrary: text },
  {
    weight: 2,
    arbitrary: text.map((said): MessageInput["content"] => [
      { type: "text", text: said },
      { type: "tool-call", toolCallId: "c", toolName: "read", input: { path: said } },
      { type: "tool-result", toolCallId: "c", output: { found: [said] } },
    ]),
  },
  // Large enough to lie apart.
  { weight: 1, arbitrary: text.map((said) => said.padEnd(70_000, " lorem")) },
);

const messages = fc.array(
  fc.record({
    role: fc.constantFrom("user" as const, "assistant" as const, "tool" as const),
    content,
    id: maybe(fc.constantFrom("m1", "m2", "m3")),
    tokenCount: maybe(fc.integer({ min: 0, max: 5 })),
  }),
  { minLength: 1, maxLength: 3 },
);

export const conversationCommands: readonly fc.Arbitrary<ServiceCommand>[] = [
  command(
    "append",
    fc.record({
      to: pick,
      messages,
      parent: maybe(pick),
      head: maybe(fc.constant("move" as const)),
      expectedSeq: fc.option(position, { nil: undefined, freq: 8 }),
    }),
    async (subject, { to, messages: inputs, parent, head, expectedSeq }) => {
      const session = subject.session(to);
      const [first, ...rest] = inputs.map((input) => given(input) as MessageInput);
      if (first === undefined) return undefined;
      const parentId = parent === undefined ? undefined : subject.message(session, parent);
      const all = [parentId === undefined ? first : { ...first, parentId }, ...rest];
      const options: AppendOptions = given({ head, expectedSeq });
      const result = await subject.throughline.messages.append(session, all, options);
      subject.noteMessages(session, result.items);
      return result;
    },
  ),
  command("put", fc.tuple(pick, pick, content), (subject, [to, of, said]) => {
    const session = subject.session(to);
    const id = subject.message(session, of);
    return subject.throughline.messages.put(session, [{ id, role: "assistant", content: said }]);
  }),
  command("delete message", fc.tuple(pick, pick), (subject, [of, which]) => {
    const session = subject.session(of);
    return subject.throughline.messages.delete(session, subject.message(session, which));
  }),
  command("get message", fc.tuple(pick, pick, pick), (subject, [through, of, which]) => {
    const id = subject.message(subject.session(of), which);
    return subject.throughline.messages.get(subject.session(through), id);
  }),
  command(
    "messages",
    fc.record({
      of: pick,
      place: fc.constantFrom("last", "afterSeq", "beforeSeq", "limit"),
      number: position,
      branch: fc.option(position, { nil: undefined, freq: 4 }),
      all: maybe(fc.boolean()),
      tombstones: maybe(fc.boolean()),
    }),
    (subject, { of, place, number, ...rest }) => {
      const options = given({ [place]: number, ...rest }) as ListOptions;
      return subject.throughline.messages.list(subject.session(of), options);
    },
  ),
  command("all pages", fc.tuple(pick, fc.integer({ min: 1, max: 3 })), (subject, [of, limit]) => {
    const session = subject.session(of);
    return walk((cursor) => subject.throughline.messages.list(session, given({ limit, cursor })));
  }),
  command("stream", pick, async (subject, of) =>
    Array.fromAsync(subject.throughline.messages.stream(subject.session(of))),
  ),
  command(
    "search",
    fc.record({
      text: queries,
      session: maybe(pick),
      user: maybe(label),
      project: maybe(label),
      tool: maybe(label),
      role: maybe(fc.constantFrom("user" as const, "tool" as const)),
      order: maybe(fc.constantFrom("rank" as const, "recent" as const)),
    }),
    async (subject, { session, ...search }) => {
      const where = session === undefined ? undefined : subject.session(session);
      const options = given({ ...search, session: where, limit: 1_000 }) as SearchOptions;
      const { items, next } = await subject.throughline.search(options);
      // Scores are each store's own, and so is the order of what fits as well.
      const hits = items.map((hit) => JSON.stringify({ ...hit, score: 0 })).toSorted();
      return { hits, next };
    },
  ),
];

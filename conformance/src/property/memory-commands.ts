/** Calls about what is remembered: set, read, listed, merged, ended. */
import type { MemoryAddress, MemoryOwner } from "@throughline/core";
import * as fc from "fast-check";
import { type ServiceCommand, command, given, label, maybe, pick, walk } from "./service-command.ts";
import type { ServiceSubject } from "./service-subject.ts";

type OwnerPick = readonly [scope: "project" | "user" | "session", name: string, session: number];

const owner = fc.tuple(fc.constantFrom("project" as const, "user" as const, "session" as const), label, pick);
const key = fc.constantFrom("k", "auth notes", "ü");
const values = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom("", "the API uses JWT", "the API uses JWT.", "deploy\0\ud800", "a\nb"),
  },
  // Large enough to lie apart.
  { weight: 1, arbitrary: fc.constantFrom("lorem ", "ipsum ").map((text) => text.repeat(2_000)) },
);
/** Few, so that some come again. */
const operationId = fc.option(fc.constantFrom("op-1", "op-2"), { nil: undefined, freq: 4 });
const ttlSeconds = maybe(fc.constantFrom(0, 30, 1_000_000, null));

function ownerOf(subject: ServiceSubject, [scope, name, session]: OwnerPick): MemoryOwner {
  return { [scope]: scope === "session" ? subject.session(session) : name };
}

function addressOf(subject: ServiceSubject, of: OwnerPick, name: string): MemoryAddress {
  return { ...ownerOf(subject, of), key: name };
}

export const memoryCommands: readonly fc.Arbitrary<ServiceCommand>[] = [
  command(
    "set memory",
    fc.record({
      of: owner,
      key,
      value: values,
      ttlSeconds,
      metadata: maybe(fc.constant({ n: 1 })),
      expectedVersion: fc.option(fc.constantFrom(0, 1, 2), { nil: undefined, freq: 4 }),
      operationId,
    }),
    async (subject, { of, ...input }) => {
      const memory = await subject.throughline.memories.set({
        ...ownerOf(subject, of),
        ...given(input),
      });
      subject.noteMemory(memory.memoryId);
      return memory;
    },
  ),
  command("get memory", fc.tuple(owner, key), (subject, [of, name]) =>
    subject.throughline.memories.get(addressOf(subject, of, name)),
  ),
  command("get memory by id", pick, (subject, of) =>
    subject.throughline.memories.getById(subject.memory(of)),
  ),
  command(
    "memories",
    fc.tuple(owner, maybe(fc.constantFrom("jwt", "-api deploy")), fc.integer({ min: 1, max: 2 })),
    (subject, [of, text, limit]) =>
      walk((cursor) =>
        subject.throughline.memories.list(given({ ...ownerOf(subject, of), text, limit, cursor })),
      ),
  ),
  command("history", pick, (subject, of) => subject.throughline.memories.history(subject.memory(of))),
  command(
    "restore memory",
    fc.tuple(pick, fc.constantFrom(1, 2), operationId),
    (subject, [of, version, operation]) =>
      subject.throughline.memories.restore(subject.memory(of), given({ version, operationId: operation })),
  ),
  command("change memory", fc.tuple(pick, ttlSeconds), (subject, [of, ttl]) =>
    subject.throughline.memories.update(subject.memory(of), given({ metadata: { m: 2 }, ttlSeconds: ttl })),
  ),
  command(
    "supersede",
    fc.tuple(pick, values, maybe(key), operationId),
    async (subject, [of, value, name, id]) => {
      const memory = await subject.throughline.memories.supersede(
        subject.memory(of),
        given({ value, key: name, operationId: id }),
      );
      subject.noteMemory(memory.memoryId);
      return memory;
    },
  ),
  command("merge", fc.tuple(pick, pick, key, operationId), (subject, [one, other, name, id]) =>
    subject.throughline.memories.merge(
      [subject.memory(one), subject.memory(other)],
      { key: name },
      given({ value: "both", operationId: id }),
    ),
  ),
  command("duplicates", owner, (subject, of) =>
    subject.throughline.memories.findDuplicates(ownerOf(subject, of)),
  ),
  command("delete memory", pick, (subject, of) => subject.throughline.memories.delete(subject.memory(of))),
  command(
    "work",
    fc.tuple(
      label,
      maybe(pick),
      fc.constantFrom({ a: 1 }, { a: { b: 1 } }, { a: { c: null, d: 2 } }, { a: null }),
    ),
    (subject, [user, session, patch]) =>
      subject.throughline.workingMemory.update(
        session === undefined ? { user } : { session: subject.session(session) },
        patch,
      ),
  ),
  command(
    "tool session",
    fc.tuple(pick, label, maybe(fc.constantFrom("k", null))),
    (subject, [of, tool, name]) =>
      subject.throughline.toolSessions.getOrCreate(given({ session: subject.session(of), tool, key: name })),
  ),
  command("tool sessions", pick, (subject, of) =>
    subject.throughline.toolSessions.list({ session: subject.session(of) }),
  ),
  command("cache", label, (subject, name) =>
    subject.throughline.repoCache.set({ key: name, url: "https://example.com/a", localPath: "/cache" }),
  ),
  command("cached", fc.constant(undefined), (subject) => subject.throughline.repoCache.list()),
  command("use", fc.tuple(label, label), (subject, [user, name]) =>
    subject.throughline.commands.record({ user, command: name }),
  ),
  command(
    "commands",
    fc.tuple(label, fc.constantFrom("count" as const, "recent" as const)),
    (subject, [user, order]) => subject.throughline.commands.list({ user, order }),
  ),
  command("projects", fc.constant(undefined), (subject) => subject.throughline.projects.list()),
];

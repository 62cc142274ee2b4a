/** Calls about what happens in sessions beside their messages: recorded, packed, read, restored; and about resources. */
import type { ContextInput } from "@throughline/core";
import * as fc from "fast-check";
import { type ServiceCommand, command, given, label, maybe, pick, walk } from "./service-command.ts";
import type { ServiceSubject } from "./service-subject.ts";

const path = fc.constantFrom("a.ts", "docs/b.md", "c.png", "ä".repeat(600));
const importance = maybe(fc.constantFrom(0, 0.5, 1));
const text = fc.constantFrom("deploy", "NUL \0 \ud800", "x".repeat(500));
const name = fc.constantFrom("one", "two");

const file = fc.record({
  path,
  kind: maybe(fc.constantFrom("VIEW" as const, "EDIT" as const)),
  importance,
  at: maybe(fc.constantFrom(1_000, 1_000_000_000_000).map((at) => new Date(at))),
});

const input = fc.record({
  files: maybe(fc.array(file.map(given), { minLength: 1, maxLength: 4 })),
  searches: maybe(fc.array(text, { maxLength: 2 })),
  decisions: maybe(fc.array(text, { maxLength: 2 })),
  memories: maybe(fc.array(fc.constant({ id: "mem_1", key: "k" }), { maxLength: 1 })),
  workspace: maybe(fc.constantFrom(null, { open: ["\0"] }, "a")),
});

const wrong = fc.constantFrom(
  { files: [{ path: "../a" }] },
  { files: [{ path: "a", importance: 2 }] },
  { searches: [""] },
) as fc.Arbitrary<ContextInput>;

/** One of the resources that are there; 0 is one that never was. */
export async function resourceOf({ throughline }: ServiceSubject, choice: number): Promise<string> {
  const { items } = await throughline.resources.list();
  return choice === 0 ? "none" : (items[choice % items.length]?.id ?? "none");
}

export const contextCommands: readonly fc.Arbitrary<ServiceCommand>[] = [
  command(
    "record context",
    fc.tuple(
      pick,
      fc.oneof({ weight: 8, arbitrary: input.map(given) }, { weight: 1, arbitrary: wrong }),
      fc.option(fc.constantFrom("op-3", "op-4"), { nil: undefined, freq: 4 }),
    ),
    (subject, [of, what, operationId]) =>
      subject.throughline.context.record(subject.session(of), what, given({ operationId })),
  ),
  command("context", fc.tuple(pick, fc.boolean()), (subject, [of, full]) =>
    subject.throughline.context.get(subject.session(of), { full }),
  ),
  command("context files", fc.tuple(pick, fc.integer({ min: 1, max: 3 })), (subject, [of, limit]) =>
    walk((cursor) => subject.throughline.context.files(subject.session(of), given({ limit, cursor }))),
  ),
  command("pack context", fc.tuple(pick, fc.constantFrom(0, 500)), (subject, [of, aboveBytes]) =>
    subject.throughline.context.pack(subject.session(of), { aboveBytes }),
  ),
  command("checkpoint", fc.tuple(pick, name, fc.boolean()), (subject, [of, called, large]) => {
    const state = large ? "state ".repeat(20_000) : { called };
    return subject.throughline.checkpoints.create(subject.session(of), { name: called, state });
  }),
  command("checkpoints", pick, (subject, of) => subject.throughline.checkpoints.list(subject.session(of))),
  command("compare checkpoint", fc.tuple(pick, name, maybe(name)), (subject, [of, from, to]) =>
    subject.throughline.checkpoints.compare(subject.session(of), from, given({ to })),
  ),
  command("restore checkpoint", fc.tuple(pick, name), (subject, [of, called]) =>
    subject.throughline.checkpoints.restore(subject.session(of), called),
  ),
  command("delete checkpoint", fc.tuple(pick, name), (subject, [of, called]) =>
    subject.throughline.checkpoints.delete(subject.session(of), called),
  ),
  command(
    "track resource",
    fc.record({
      path,
      project: maybe(label),
      importance,
      size: maybe(fc.constantFrom(1, 2)),
      contentHash: maybe(label),
    }),
    (subject, resource) => subject.throughline.resources.trackResource(given(resource)),
  ),
  command(
    "resources",
    fc.record({
      order: maybe(fc.constantFrom("accessed" as const, "recent" as const)),
      project: maybe(fc.option(label)),
      type: maybe(fc.constantFrom("code" as const, "image" as const)),
      limit: maybe(fc.integer({ min: 1, max: 2 })),
    }),
    (subject, filter) => walk((cursor) => subject.throughline.resources.list(given({ ...filter, cursor }))),
  ),
  command(
    "link resource",
    fc.tuple(pick, pick, importance),
    async (subject, [of, choice, importanceScore]) => {
      const resourceUuid = await resourceOf(subject, choice);
      const resources = [given({ resourceUuid, importanceScore })];
      return subject.throughline.sessions.linkResourcesToSession({
        sessionUuid: subject.session(of),
        resources,
      });
    },
  ),
  command("log access", fc.tuple(pick, pick), async (subject, [of, choice]) => {
    const access = { resourceUuid: await resourceOf(subject, choice), sessionUuid: subject.session(of) };
    return subject.throughline.resources.logAccess({ ...access, accessType: "EDIT" });
  }),
  command("session resources", pick, (subject, of) =>
    subject.throughline.sessions.getSessionResources(subject.session(of)),
  ),
];

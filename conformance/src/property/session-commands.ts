/** Calls about sessions: made, forked, listed, changed, counted. */
import type { SessionFilter } from "@throughline/core";
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

const filters = fc.record({
  user: maybe(label),
  project: maybe(label),
  tool: maybe(label),
  status: maybe(fc.constantFrom("active" as const, "archived" as const, "expired" as const)),
  pinned: maybe(fc.boolean()),
  workspacePath: maybe(fc.constant("/work/a")),
  processId: maybe(fc.constant(7)),
  tag: maybe(label),
  q: maybe(fc.constantFrom("a", "ÜB", "%")),
  metadata: maybe(fc.constantFrom({ "build.branch": "main" }, { n: 1 }, { n: "1" }, { none: null })),
  order: maybe(fc.constantFrom("activity" as const, "created" as const)),
  all: maybe(fc.boolean()),
  limit: maybe(fc.integer({ min: 0, max: 3 })),
});

export const sessionCommands: readonly fc.Arbitrary<ServiceCommand>[] = [
  command(
    "create",
    fc.record({
      user: maybe(label),
      project: maybe(label),
      tool: maybe(label),
      externalKey: maybe(label),
      terminal: maybe(label),
      title: maybe(fc.constantFrom("Alpha", "über", "100%")),
      workspacePath: maybe(fc.constant("/work/a")),
      processId: maybe(fc.constant(7)),
      tags: maybe(fc.subarray(["a", "b", "c"])),
      metadata: maybe(fc.constantFrom({ build: { branch: "main" } }, { n: 1 }, { n: "1" })),
      listed: maybe(fc.boolean()),
    }),
    async (subject, input) => {
      const { session, created } = await subject.throughline.sessions.getOrCreate(given(input));
      subject.noteSession(session.id);
      return { session, created };
    },
  ),
  command("fork", fc.record({ from: pick, atSeq: maybe(position) }), async (subject, { from, atSeq }) => {
    const options = atSeq === undefined ? {} : { atSeq };
    const child = await subject.throughline.sessions.fork(subject.session(from), options);
    subject.noteSession(child.id);
    return child;
  }),
  command("chain", pick, (subject, of) => subject.throughline.sessions.chain(subject.session(of))),
  command("children", pick, (subject, of) => subject.throughline.sessions.children(subject.session(of))),
  command("branches", fc.tuple(pick, fc.integer({ min: 1, max: 3 })), (subject, [of, limit]) => {
    const id = subject.session(of);
    return walk((cursor) => subject.throughline.sessions.branches(id, given({ limit, cursor })));
  }),
  command("set head", fc.tuple(pick, position, maybe(position)), (subject, [of, seq, expectedHead]) =>
    subject.throughline.sessions.setHead(subject.session(of), { seq }, given({ expectedHead })),
  ),
  command(
    "update",
    fc.tuple(
      pick,
      fc.constantFrom(
        { title: "Beta" },
        { pinned: true },
        { metadata: { n: 1 } },
        { status: "expired" as const },
        { terminal: "a" },
      ),
    ),
    (subject, [of, changes]) => subject.throughline.sessions.update(subject.session(of), changes),
  ),
  command("archive", pick, (subject, of) => subject.throughline.sessions.archive(subject.session(of))),
  command("restore", pick, (subject, of) => subject.throughline.sessions.restore(subject.session(of))),
  command("end", pick, (subject, of) => subject.throughline.sessions.end(subject.session(of))),
  command("tag", fc.tuple(pick, fc.subarray(["a", "b", "c"], { minLength: 1 })), (subject, [of, tags]) =>
    subject.throughline.sessions.tag(subject.session(of), tags),
  ),
  command("untag", fc.tuple(pick, fc.subarray(["a", "b"], { minLength: 1 })), (subject, [of, tags]) =>
    subject.throughline.sessions.untag(subject.session(of), tags),
  ),
  command("find by process", fc.constantFrom(7, 8, 0), (subject, process) =>
    subject.throughline.sessions.findByProcess(process),
  ),
  command("list", filters, (subject, { metadata, ...filter }) =>
    walk((cursor) => {
      // Each of these has other names in it.
      const paths = metadata as SessionFilter["metadata"];
      return subject.throughline.sessions.list(given({ ...filter, metadata: paths, cursor }));
    }),
  ),
  command("statistics", pick, (subject, of) => subject.throughline.sessions.statistics(subject.session(of))),
  command("stats", fc.constant(undefined), (subject) => subject.throughline.stats()),
  command("set settings", fc.tuple(pick, fc.constantFrom("auto", "deny", "maybe")), (subject, [of, mode]) =>
    subject.throughline.settings.set(subject.session(of), {
      permissionMode: mode as "auto",
      allowedTools: ["read"],
    }),
  ),
  command("settings", pick, (subject, of) => subject.throughline.settings.get(subject.session(of))),
];

/** Calls that take away, or keep that from happening; and records of files. */
import { limitedKinds, limitsOf } from "@throughline/core";
import * as fc from "fast-check";
import { type ServiceCommand, command, given, maybe, pick, walk } from "./service-command.ts";

/** Limits of one kind of what sessions carry. */
const kindLimits = fc
  .record({
    kind: fc.constantFrom(...limitedKinds),
    ttlDays: maybe(fc.constantFrom(0.000_05, 0.5)),
    max: maybe(fc.integer({ min: 1, max: 3 })),
  })
  .map(({ kind, ttlDays, max }) => {
    const names = limitsOf(kind);
    return { [names.ttlDays]: ttlDays, [names.max]: max };
  });

export const endingCommands: readonly fc.Arbitrary<ServiceCommand>[] = [
  command("delete", fc.tuple(pick, fc.boolean()), (subject, [of, erase]) =>
    subject.throughline.sessions.delete(subject.session(of), erase ? { erase } : {}),
  ),
  command("undelete", pick, (subject, of) => subject.throughline.sessions.undelete(subject.session(of))),
  command("trash", fc.integer({ min: 1, max: 2 }), (subject, limit) =>
    walk((cursor) => subject.throughline.sessions.trash(given({ limit, cursor }))),
  ),
  command("receipt", pick, (subject, of) => subject.throughline.sessions.receipt(subject.session(of))),
  command("hold", pick, (subject, of) =>
    subject.throughline.sessions.hold(subject.session(of), { reason: "audit" }),
  ),
  command("release", pick, (subject, of) => subject.throughline.sessions.release(subject.session(of))),
  command(
    "gc",
    fc.record({
      dryRun: fc.boolean(),
      expiryHours: maybe(fc.constantFrom(0.001, 1)),
      ttlDays: maybe(fc.constantFrom(0.000_05, 1)),
      maxSessions: maybe(fc.integer({ min: 1, max: 3 })),
      trashDays: maybe(fc.constantFrom(0, 1)),
      expiredFilesDays: maybe(fc.constantFrom(0, 1)),
      limits: kindLimits,
    }),
    (subject, { dryRun, limits, ...policy }) =>
      subject.throughline.gc({ dryRun, policy: given({ ...policy, ...limits }) }),
  ),
  command("wait", fc.constantFrom(60_000, 86_400_000), async (subject, milliseconds) => {
    subject.clock.advance(milliseconds);
  }),
];

export const fileCommands: readonly fc.Arbitrary<ServiceCommand>[] = [
  command("save file", fc.constantFrom("f1", "f2"), (subject, id) =>
    subject.throughline.files.save({
      id,
      providerName: "files/a",
      providerUri: "https://files.example/a",
      displayName: "a",
      size: 1,
      mimeType: "text/plain",
      expiresAt: new Date(subject.clock.now + 50_000),
    }),
  ),
  command("files", fc.constant(undefined), (subject) => subject.throughline.files.list()),
  command("delete expired files", fc.constant(undefined), (subject) =>
    subject.throughline.files.deleteExpired(),
  ),
];

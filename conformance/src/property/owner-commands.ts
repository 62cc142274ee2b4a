/** Calls about projects and users: told by their repositories, changed, and deleted with all that is theirs. */
import * as fc from "fast-check";
import { type ServiceCommand, command, given, label, maybe, walk } from "./service-command.ts";

const repository = fc.constantFrom(
  "git@example.com:a/a.git",
  "https://x:y@example.com/a/a",
  "host/b",
  "file:///b",
);
const erase = fc.boolean();

export const ownerCommands: readonly fc.Arbitrary<ServiceCommand>[] = [
  command(
    "project of repository",
    fc.record({ repository, name: maybe(label), formerly: maybe(repository) }),
    (subject, input) => subject.throughline.projects.ofRepository(given(input)),
  ),
  command(
    "update project",
    fc.tuple(
      label,
      fc.record({ name: maybe(fc.constantFrom("n", "")), repository: maybe(fc.option(repository)) }),
    ),
    (subject, [id, changes]) => subject.throughline.projects.update(id, given(changes)),
  ),
  command("projects", fc.integer({ min: 1, max: 2 }), (subject, limit) =>
    walk((cursor) => subject.throughline.projects.list(given({ limit, cursor }))),
  ),
  command("delete project", fc.tuple(label, erase), (subject, [id, isErased]) =>
    subject.throughline.projects.delete(id, { erase: isErased }),
  ),
  command("delete user", fc.tuple(fc.constantFrom("a", "b", "local"), erase), (subject, [id, isErased]) =>
    subject.throughline.users.delete(id, { erase: isErased }),
  ),
  command("owner receipts", label, async ({ throughline: { projects, users } }, id) =>
    Promise.allSettled([projects.receipt(id), users.receipt(id)]),
  ),
];

/** Calls about resources themselves: their ranking, what they depend on, and that they are forgotten. */
import * as fc from "fast-check";
import { resourceOf } from "./context-commands.ts";
import { type ServiceCommand, command, given, label, maybe, pick, walk } from "./service-command.ts";

const limit = maybe(fc.integer({ min: 1, max: 2 }));
const dependency = fc.constantFrom("a.ts", "docs/b.md", "c.png", "missing.ts", "ä".repeat(600));
const content = fc.constantFrom(
  'import "./a"; export * from "./missing.js"; import "react";',
  "[a](../a.ts) ![c](../c.png) [[b]]",
  "",
);

export const resourceCommands: readonly fc.Arbitrary<ServiceCommand>[] = [
  command(
    "rank resources",
    fc.record({
      project: maybe(fc.option(label)),
      type: maybe(fc.constantFrom("code" as const, "image" as const)),
      limit,
    }),
    (subject, options) => subject.throughline.resources.rank(given(options)),
  ),
  command("rank session resources", fc.tuple(pick, limit), (subject, [of, most]) =>
    subject.throughline.resources.rank({ session: subject.session(of), ...given({ limit: most }) }),
  ),
  command(
    "set dependencies",
    fc.tuple(pick, fc.array(dependency, { maxLength: 3 })),
    async (subject, [choice, paths]) => {
      const dependencies = paths.map((path) => ({ path }));
      return subject.throughline.resources.setDependencies(await resourceOf(subject, choice), dependencies);
    },
  ),
  command("find dependencies", fc.tuple(pick, content), async (subject, [choice, text]) =>
    subject.throughline.resources.findDependencies(await resourceOf(subject, choice), text),
  ),
  command("dependencies", fc.tuple(pick, limit), async (subject, [choice, most]) => {
    const id = await resourceOf(subject, choice);
    return walk((cursor) => subject.throughline.resources.dependencies(id, given({ limit: most, cursor })));
  }),
  command("dependents", fc.tuple(pick, limit), async (subject, [choice, most]) => {
    const id = await resourceOf(subject, choice);
    return walk((cursor) => subject.throughline.resources.dependents(id, given({ limit: most, cursor })));
  }),
  command("forget resource", pick, async (subject, choice) =>
    subject.throughline.resources.delete(await resourceOf(subject, choice)),
  ),
];

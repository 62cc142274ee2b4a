import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Play, steps } from "../test/play-sessions.ts";
import { storeNames, useServices } from "../test/use-services.ts";

const runsOfProperty = Number(process.env["PROPERTY_RUNS"] ?? 60);

describe.each(storeNames)("forks and branches on %s", (name) => {
  const services = useServices(name);

  test("every path is what a walk from parent to parent meets, in pages of any size, both ways", async () => {
    let runs = 0;
    const property = fc.asyncProperty(steps, fc.integer({ min: 1, max: 6 }), async (plan, limit) => {
      runs += 1;
      const play = new Play(services.tl.withTenant(`run-${runs}`));
      await play.begin();
      for (const step of plan) await play.step(step);
      for (const session of play.living) await play.check(session, limit);
      for (const { found, expected } of play.answers) expect(found).toEqual(expected);
    });
    await fc.assert(property, { numRuns: runsOfProperty });
    expect(await services.store.check()).toEqual([]);
  });
});

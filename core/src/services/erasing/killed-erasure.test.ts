import { describe, expect, test } from "vitest";
import type { Throughline } from "../throughline.ts";
import { storeNames, useServices } from "../test/use-services.ts";
import { Died, dieAfter } from "./test/die-after.ts";
import { tracesOf } from "./test/traces-of.ts";

/** A session with something of everything that it can own. */
async function createSession(tl: Throughline, large: string): Promise<string> {
  const { id } = await tl.sessions.create({ title: "quokka" });
  const some = Array.from({ length: 450 }, (_, index) => ({
    role: "user" as const,
    content: `quokka ${index}`,
  }));
  await tl.messages.append(id, some);
  await tl.messages.append(id, [{ role: "tool", content: large }]);
  await tl.messages.append(id, [{ role: "user", content: "another beginning", parentId: null }]);
  await tl.settings.set(id, { systemPrompt: "quokka" });
  return id;
}

describe.each(storeNames)("an erasure on %s that is killed", (name) => {
  const services = useServices(name);

  test.each(["the same call", "clean-up"])(
    "between any two commits is ended by %s, with the same receipt",
    async (who) => {
      const { tl, store } = services;
      const reference = await tl.sessions.delete(await createSession(tl, "x".repeat(200_000)), {
        erase: true,
      });
      expect(reference.removed).toMatchObject({
        sessions: 1,
        messages: 452,
        branches: 1,
        chat_settings: 1,
        blobs: 1,
      });
      let commits = 0;
      for (let died = true; died; commits += 1) {
        const id = await createSession(tl, String(commits).repeat(200_000));
        died = await dieAfter(store, commits)
          .sessions.delete(id, { erase: true })
          .then(
            () => false,
            (error: unknown) => error instanceof Died,
          );
        // Until the erasure is noted it is the caller's to ask again.
        const isNoted = died && commits >= 2;
        if (who === "clean-up" && isNoted) await tl.gc({ policy: { trashDays: null } });
        else await tl.sessions.delete(id, { erase: true });
        const { removed } = await tl.sessions.receipt(id);
        expect(removed, `killed after ${commits} commits`).toEqual(reference.removed);
        expect(await tracesOf(store, id)).toEqual(["state receipts/sessions"]);
      }
      expect(commits).toBeGreaterThan(8);
      expect(await tracesOf(store, "quokka")).toEqual([]);
    },
    120_000,
  );
});

/** Large values that a session which is erased has in common with what others store at that very moment. */
import { memoryStore } from "@throughline/store-memory";
import { expect, test } from "vitest";
import type { Batch } from "../../contract/batch.ts";
import { guardStore } from "../../guard/guard-store.ts";
import { storedBlobs } from "../test/stored-blobs.ts";
import { Throughline } from "../throughline.ts";

const large = "large ".repeat(20_000);

/** A store that calls `before` or `after` around each of its commits. */
function hooked() {
  const backend = memoryStore();
  const hooks: { before?: (batch: Batch) => Promise<unknown>; after?: (batch: Batch) => Promise<unknown> } =
    {};
  const commit = backend.commit.bind(backend);
  backend.commit = async (batch, options) => {
    await hooks.before?.(batch);
    const result = await commit(batch, options);
    await hooks.after?.(batch);
    return result;
  };
  const tl = new Throughline(guardStore(backend));
  return { hooks, tl };
}

test("a value that a refused append had staged goes with the session that is erased meanwhile", async () => {
  const { hooks, tl } = hooked();
  const [erased, other] = [await tl.sessions.create(), await tl.sessions.create()];
  await tl.messages.append(erased.id, [{ role: "user", content: large }]);
  hooks.before = async ({ writes }) => {
    if (!writes.some(({ type }) => type === "append")) return;
    delete hooks.before;
    await tl.sessions.delete(erased.id, { erase: true });
  };
  const refused = tl.messages.append(other.id, [{ role: "user", content: large, parentId: "nobody" }]);
  await expect(refused).rejects.toMatchObject({ code: "not_found" });
  expect((await storedBlobs(tl.store)).blobs).toEqual([]);
});

test("a value that somebody stores again before it goes is not among those that went", async () => {
  const { hooks, tl } = hooked();
  const [erased, other] = [await tl.sessions.create(), await tl.sessions.create()];
  await tl.messages.append(erased.id, [
    { role: "user", content: large },
    { role: "user", content: `${large}2` },
  ]);
  hooks.after = async ({ writes }) => {
    if (
      !writes.some(
        (write) => write.type === "update" && JSON.stringify(write.set).includes('isCounted\\":true'),
      )
    )
      return;
    delete hooks.after;
    await tl.messages.append(other.id, [{ role: "user", content: large }]);
  };
  const { erased: isErased, removed } = await tl.sessions.delete(erased.id, { erase: true });
  expect(hooks.after).toBeUndefined();
  expect((await storedBlobs(tl.store)).blobs).toHaveLength(1);
  expect([isErased, removed.blobs]).toEqual([true, 1]);
});

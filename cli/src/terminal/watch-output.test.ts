import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { openThroughline } from "../open-throughline.ts";
import { startCommand } from "../test/run-command.ts";
import { gardenStore } from "../test/garden-store.ts";

test.each(["show", "export"])("%s ends quietly when nobody reads on", async (command) => {
  const { folder, store, roses } = await gardenStore();
  const throughline = await openThroughline(store);
  // More than a pipe holds.
  const content = "Roses are red. ".repeat(1_000);
  await throughline.messages.append(
    roses,
    Array.from({ length: 100 }, () => ({ role: "user" as const, content })),
  );
  await throughline.close();
  const child = startCommand(folder, [command, roses, "--store", store]);
  if (child.stdout === null || child.stderr === null) throw new Error("The process has no pipes.");
  let errors = "";
  child.stderr.on("data", (piece: Buffer) => (errors += piece.toString()));
  const ended = once(child, "close");
  await once(child.stdout, "data");
  child.stdout.destroy();
  expect(await ended).toEqual([0, null]);
  expect(errors).toBe("");
});

test("a full disk is said in words", async () => {
  const { folder, store, roses } = await gardenStore();
  const disk = openSync("/dev/full", "w");
  const child = startCommand(folder, ["export", roses, "--store", store], {}, disk);
  closeSync(disk);
  if (child.stderr === null) throw new Error("The process has no pipe.");
  const ended = once(child, "close");
  expect(await text(child.stderr)).toBe("throughline: the output can't be written (ENOSPC).\n");
  expect(await ended).toEqual([1, null]);
});

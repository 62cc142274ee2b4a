import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runConformance } from "@throughline/conformance";
import { test } from "vitest";
import { sqliteStore } from "./sqlite-store.ts";

runConformance({
  test,
  open: async ({ kinds }) => {
    const folder = await mkdtemp(join(tmpdir(), "throughline-"));
    const open = () => sqliteStore({ path: join(folder, "store.db"), kinds, durability: "process-crash" });
    return {
      store: await open(),
      reopen: open,
      openAnother: open,
      dispose: () => rm(folder, { recursive: true }),
    };
  },
});

import { runConformance } from "@throughline/conformance";
import { test } from "vitest";
import { memoryStore } from "./memory-store.ts";

await runConformance({
  test,
  skip: (title, reason) => test(title, ({ skip }) => skip(reason)),
  open: async ({ kinds }) => {
    const store = memoryStore({ kinds });
    return { store, dispose: () => store.close() };
  },
});

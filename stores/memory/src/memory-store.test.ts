import { runConformance } from "@throughline/conformance";
import { test } from "vitest";
import { memoryStore } from "./memory-store.ts";

runConformance({
  test,
  open: async ({ kinds }) => {
    const store = memoryStore({ kinds });
    return { store, dispose: () => store.close() };
  },
});

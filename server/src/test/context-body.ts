import { record, subarray } from "fast-check";
import { almost } from "./almost.ts";

/** What contexts, checkpoints and resources take. */
export const contextBody = record(
  {
    file_path: almost("a.ts", "../a", "", null),
    file_importance: almost(0, 0.5, 80, -1, null),
    search_query: almost("a", "\u0000", null),
    memory_id: almost("mem_1", null),
    memory_key: almost("k", null),
    files: almost(
      [{ path: "a.ts", kind: "EDIT", importance: 1, accessed_at: "2026-01-02T03:04:05Z" }],
      [],
      null,
    ),
    decisions: almost(["a"], [{ decision: "b" }], [1]),
    workspace: almost({}, null, [1]),
    operation_id: almost("op-1", "op-2"),
    name: almost("one", ""),
    state: almost({ a: 1 }, null),
    path: almost("a.ts", "C:\\..\\.."),
    type: almost("CODE", "poem"),
    size: almost(1, -1),
    dependencies: almost([{ path: "a.ts" }, { path: "b.ts" }], [{ path: "../a" }], [], null),
    resources: almost([{ resource_id: "none", importance_score: 1 }], [], null),
  },
  { requiredKeys: [] },
).chain((all) => subarray(Object.entries(all), { maxLength: 3 }).map((some) => Object.fromEntries(some)));

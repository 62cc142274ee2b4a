/** What the store protocol answers, as schemas. */
import * as v from "valibot";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const position = count;
const revision = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const keyValues = v.array(v.union([v.string(), v.number()]));
/** Fields by name: texts, numbers, true, false, null and tagged values. */
const row = v.record(v.string(), v.unknown());

export const storeAnswer = v.strictObject({
  product: v.literal("throughline"),
  protocol: count,
  version: v.string(),
  capabilities: v.looseObject({
    name: v.string(),
    durability: v.picklist(["none", "process-crash", "power-loss"]),
    unknownOutcomes: v.boolean(),
    shared: v.boolean(),
    search: v.string(),
  }),
  kinds: v.array(v.looseObject({ name: v.string(), key: v.array(v.string()) })),
});

export const commitAnswer = v.strictObject({
  position,
  replayed: v.boolean(),
  results: v.array(
    v.union([
      v.strictObject({
        outcome: v.picklist(["inserted", "kept", "replaced", "merged", "updated"]),
        key: keyValues,
        revision,
      }),
      v.strictObject({ outcome: v.picklist(["removed", "absent"]), count }),
      v.strictObject({
        outcome: v.literal("appended"),
        session: v.string(),
        messages: v.array(
          v.strictObject({
            id: v.string(),
            seq: revision,
            revision,
            outcome: v.picklist(["inserted", "kept", "replaced"]),
          }),
        ),
      }),
    ]),
  ),
});

export const readAnswer = v.strictObject({
  position,
  answers: v.array(
    v.union([
      count,
      v.array(v.nullable(row)),
      v.strictObject({ rows: v.array(row), next: v.optional(keyValues) }),
    ]),
  ),
});

export const storeSearchAnswer = v.strictObject({
  position,
  hits: v.array(v.strictObject({ session: v.string(), seq: revision, score: v.number() })),
  more: v.boolean(),
});

export const changesAnswer = v.strictObject({
  entries: v.array(
    v.strictObject({
      position,
      at: v.number(),
      user: v.string(),
      changes: v.array(
        v.strictObject({
          kind: v.string(),
          change: v.picklist(["insert", "update", "remove", "append"]),
          key: keyValues,
          session: v.string(),
          count: v.optional(count),
        }),
      ),
    }),
  ),
  cursor: v.string(),
  more: v.boolean(),
  startOver: v.boolean(),
});

export const checkAnswer = v.strictObject({
  problems: v.array(
    v.strictObject({ problem: v.string(), message: v.string(), session: v.optional(v.string()) }),
  ),
});

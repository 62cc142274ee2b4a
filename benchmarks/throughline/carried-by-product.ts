import type { CarriedPage, CarriedSubject, ContextRecord } from "../harness/carried.ts";

/** What the benchmark uses of the product for what sessions carry; structural, as the rest of it. */
export interface CarriedServices {
  readonly context: {
    record(session: string, input: object): Promise<unknown>;
    files(session: string, query: object): Promise<CarriedPage>;
  };
  readonly memories: {
    set(input: { readonly project: string; readonly key: string; readonly value: string }): Promise<unknown>;
    list(query: object): Promise<CarriedPage>;
  };
  readonly resources: {
    rank(query: { readonly limit: number }): Promise<{ readonly items: readonly unknown[] }>;
  };
}

const project = "benchmark";

export function carriedByProduct({ context, memories, resources }: CarriedServices): CarriedSubject {
  return {
    recordContext: async (session, records) => void (await context.record(session, inputOf(records))),
    listFiles: (session, { limit, next }) =>
      context.files(session, { limit, ...(next === undefined ? {} : { cursor: next }) }),
    saveMemory: async (memory) => void (await memories.set({ project, ...memory })),
    listMemories: ({ limit, next, text }) =>
      memories.list({
        project,
        limit,
        ...(next === undefined ? {} : { cursor: next }),
        ...(text === undefined ? {} : { text }),
      }),
    rankResources: async (limit) => (await resources.rank({ limit })).items,
    describe: (item) => {
      const { path, key } = item as { readonly path?: string; readonly key?: string };
      return { name: path ?? key ?? "" };
    },
  };
}

function inputOf(records: readonly ContextRecord[]): object {
  const files = records.filter(({ type }) => type === "file") as readonly (ContextRecord & {
    readonly type: "file";
  })[];
  const textsOf = (wanted: "search" | "decision") =>
    records.flatMap((record) => (record.type === wanted ? [record.text] : []));
  return {
    files: files.map(({ path, edited }) => ({ path, kind: edited ? "EDIT" : "VIEW" })),
    searches: textsOf("search"),
    decisions: textsOf("decision"),
  };
}

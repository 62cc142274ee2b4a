/** Something that happened in a session beside its messages. */
export type ContextRecord =
  | { readonly type: "file"; readonly path: string; readonly edited: boolean }
  | { readonly type: "search" | "decision"; readonly text: string };

/** A fact under a key. */
export interface BenchmarkMemory {
  readonly key: string;
  readonly value: string;
}

/** A page in the contestant's own objects, and where the next one begins. */
export interface CarriedPage {
  readonly items: readonly unknown[];
  readonly next?: string | undefined;
}

/** What an own object of a page says, for checks made outside the measured time: a path, or a key. */
interface CarriedFacts {
  readonly name: string;
}

/** Which page of a list. */
export interface CarriedQuery {
  readonly limit: number;
  readonly next?: string | undefined;
}

/** What sessions carry beside their messages. */
export interface CarriedSubject {
  /** Records all of these in one request, durable when it resolves. */
  recordContext(session: string, records: readonly ContextRecord[]): Promise<void>;
  /** Accesses of files, oldest first. */
  listFiles(session: string, query: CarriedQuery): Promise<CarriedPage>;
  saveMemory(memory: BenchmarkMemory): Promise<void>;
  /** The memories accessed last, which counts as reading them; with a text only those that have its word. */
  listMemories(query: CarriedQuery & { readonly text?: string }): Promise<CarriedPage>;
  /** So many of all resources, the most important first. */
  rankResources(count: number): Promise<readonly unknown[]>;
  describe(item: unknown): CarriedFacts;
}

import type { CarriedSubject } from "./carried.ts";

/** How much a write must survive: a power cut (fsync at each commit), or only the end of the process. */
export type Durability = "power-loss" | "process-crash";

/** A message as the benchmark writes it: its id is given by the caller, its text is plain. */
export interface BenchmarkMessage {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly text: string;
  /** The id of the message that it follows, where that is not the one before it: an edit, which goes on from there. */
  readonly follows?: string;
  /** What an adapter would keep of the original; contestants that have no place for it leave it aside. */
  readonly native?: string;
}

/** Bytes of a store, and how many of them its full-text index takes. */
export interface DiskSizes {
  readonly bytes: number;
  readonly indexBytes: number;
}

/** What a contestant's own message object says, for checks made outside the measured time. */
export interface MessageFacts {
  readonly id: string;
  readonly text: string;
}

/** An open store of a contestant. Reads answer the contestant's own objects, so that no mapping is measured. */
export interface Subject {
  createSession(title: string): Promise<string>;
  /** Appends in one call, durable when it resolves. With an operation id the messages go without ids. */
  append(session: string, messages: readonly BenchmarkMessage[], operationId?: string): Promise<void>;
  readLast(session: string, count: number): Promise<readonly unknown[]>;
  /** So many messages after a position; absent where no row asks for it. */
  readAfter?(session: string, position: number, count: number): Promise<readonly unknown[]>;
  /** Absent where no row asks for it. */
  readAll?(session: string): Promise<readonly unknown[]>;
  /** The first message of a streamed read; absent when the contestant can't stream. */
  readFirstOfStream?(session: string): Promise<unknown>;
  /** The sessions with the latest activity, newest first; absent where no row asks for it. */
  listSessions?(count: number): Promise<readonly unknown[]>;
  /** Ends what makes messages searchable after they were appended; absent where no row asks for it. */
  finishIndex?(): Promise<void>;
  /** The best messages that have all of these words, in one session or in all; absent where no row asks for it. */
  search?(words: string, count: number, session?: string): Promise<readonly unknown[]>;
  /** Imports transcripts of Claude Code, and tells how many messages; absent where no row asks for it. */
  importTranscripts?(paths: readonly string[]): Promise<number>;
  /** What the store takes on disk; absent where no row asks for it. */
  diskSizes?(): DiskSizes;
  /** What sessions carry beside their messages; absent where no row asks for it. */
  readonly carried?: CarriedSubject;
  countMessages(session: string): Promise<number>;
  describe(message: unknown): MessageFacts;
  close(): Promise<void>;
}

/** What a contestant keeps its sessions on. A row compares contestants of one kind. */
export type StoreKind = "file" | "postgresql" | "mongodb" | "http";

/** Where and how a contestant opens its store. */
export interface OpenSettings {
  readonly directory: string;
  /** Of the database server that the row started, for a contestant on one. */
  readonly url?: string;
  /** A server has one durability, and contestants on it leave this aside. */
  readonly durability: Durability;
  /** Concurrent appends may share a commit. Only the reference asks: others decide themselves. */
  readonly grouped: boolean;
  /** Whether older entries of a context are packed as it grows (default: true). Only the product has a choice. */
  readonly packs?: boolean;
}

/** Something that keeps sessions and can be measured. Its library is loaded by `open`, never by its file. */
export interface Contestant {
  readonly name: string;
  readonly role: "product" | "reference" | "peer";
  readonly on: StoreKind;
  /** True when several processes may write one store. */
  readonly sharesFile: boolean;
  /** True when its import needs the packages of the peers' folder. */
  readonly needsInstall: boolean;
  /** The rows that it takes part in: others ask what it can't do, or would take it hours. Default: all. */
  readonly rows?: readonly number[];
  open(settings: OpenSettings): Promise<Subject>;
}

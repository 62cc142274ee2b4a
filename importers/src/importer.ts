/** What an importer is: a reader of one foreign tool's files, in constant memory. */

import type { Part, Usage } from "@throughline/core";

/** A place in a source file: byte offset and length. */
export type ByteRange = readonly [offset: number, length: number];

/** Names a session by the tool's own id, which becomes its external key. */
export interface ImportedSessionReference {
  readonly externalKey: string;
}

/**
 * What is known of a session so far; given before the session's first message. Of several drafts of one session in
 * one file, later ones override field by field, `metadata` as a whole. A file that only repeats a session's messages
 * (a resumed or forked session's file) gives no title, model and metadata for it, so that its own file decides.
 */
export interface ImportedSession extends ImportedSessionReference {
  readonly type: "session";
  readonly title?: string;
  readonly model?: string;
  readonly workspacePath?: string;
  readonly createdAt?: number;
  /** The session that started this one (a side chain): listed only when asked for. */
  readonly parent?: ImportedSessionReference;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Given by importers of exports, and by no other: the session lies in one place of the file, and is there whole. */
  readonly part?: ImportedSessionPart;
}

/**
 * A session in a file of many. Its event comes right before its messages, which are all there are; a checkpoint
 * follows. The session is written as one: messages are added and changed, and the head is set where nobody moved it.
 */
export interface ImportedSessionPart extends SessionPart {
  /** Its bytes: kept as they are, and given again by an export in the tool's own format. */
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** When the tool last changed it, in milliseconds: an older version of the session changes nothing here. */
  readonly updatedAt?: number;
  /** Id of the message that the tool shows last; null: none. */
  readonly head: string | null;
}

/** Names a version of a session. */
export interface SessionPart extends ImportedSessionReference {
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
}

export interface ImportedMessage {
  readonly type: "message";
  /** External key of the session it belongs to. */
  readonly session: string;
  /**
   * The tool's own id, or one made from it or from the record's offset: unique within the session. Tools do repeat
   * records, within a file and in the files of resumed sessions: the first message of an id counts.
   */
  readonly id: string;
  readonly role: "user" | "assistant" | "system" | "tool";
  /** A string, or parts. */
  readonly content: string | readonly Part[];
  /** Milliseconds since the epoch, UTC. */
  readonly createdAt?: number;
  readonly model?: string;
  readonly usage?: Usage;
  /** `injected: true` marks text that the tool put into a user's turn. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Id of the message that it follows, given before it; null: it follows none. Default: the one before it. */
  readonly parent?: string | null;
  /** The bytes of the source that this message was made from. */
  readonly ranges: readonly ByteRange[];
  /**
   * Lines of one answer may come apart. When true and the session already has a message with this id, parts and
   * ranges are added to it, unless it was already made from these bytes; `usage`, `model` and the keys of `metadata`
   * that are given here replace those it has, and its place and `createdAt` stay. When the session has none, it is
   * a message like any other. Content of a message that may be continued is always parts.
   */
  readonly continues?: boolean;
}

/** A place that could not be read. The rest of the file is kept. */
export interface ImportProblem {
  readonly type: "problem";
  /** From 1. */
  readonly line: number;
  readonly offset: number;
  readonly message: string;
}

/**
 * Where reading may go on after an interruption: every event before it has been given, none after it depends on
 * what came before except through `memo`.
 */
export interface ImportCheckpoint {
  readonly type: "checkpoint";
  /** Byte offset of the next unread byte. */
  readonly offset: number;
  /** Lines before `offset`. */
  readonly line: number;
  /** What the reader has to remember: small, JSON. */
  readonly memo: unknown;
}

export type ImportEvent = ImportedSession | ImportedMessage | ImportProblem | ImportCheckpoint;

export interface ImportPosition {
  readonly offset: number;
  readonly line: number;
  readonly memo: unknown;
}

/** A file to read: its bytes from an offset on, in pieces. */
export interface ImportSource {
  /** In a zip: the zip's path, and the name in it. */
  readonly path: string;
  /** Another text whenever the file was written anew. */
  readonly version?: string;
  /** Bytes in the file when reading began; a reader never goes beyond. */
  readonly size: number;
  bytes(from: number): AsyncIterable<Uint8Array>;
}

/** One foreign tool. To add one: a folder with an `Importer`, its fixture and its test, and a line in `importers.ts`. */
export interface Importer {
  /** The tool's name: its folder here, the session's `tool`, and a word of the command line. */
  readonly tool: string;
  /** Folders where the tool keeps its sessions. */
  defaultPaths(environment: Readonly<Record<string, string | undefined>>, home: string): readonly string[];
  /** Extensions that may hold sessions, with the dot; content decides. */
  readonly extensions: readonly string[];
  /** Whether this is the tool's format, from the first kilobytes of the file. */
  recognises(head: string): boolean;
  /**
   * The tool's files are exports of an account: each is written at once and holds many sessions, and the next one is
   * another file. Default: a file holds a session or a few, and only grows.
   */
  readonly isExport?: true;
  /**
   * Reads from `from` (absent: the beginning) to the end of what is there. A torn last line is left for later.
   * @param knowledge what an importer of exports may leave out
   */
  read(source: ImportSource, from?: ImportPosition, knowledge?: ImportKnowledge): AsyncIterable<ImportEvent>;
}

/** What is known of sessions in an export before they are read. */
export interface ImportKnowledge {
  /** Which of these, at most 500, are here just so: nothing of them need be given. */
  areKnown(parts: readonly SessionPart[]): Promise<readonly boolean[]>;
}

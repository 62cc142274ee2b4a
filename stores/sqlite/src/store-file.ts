import type { Connection } from "./connection.ts";
import type { FileOptions } from "./open-file.ts";
import { openConnection } from "./open-file.ts";
import { breaksConnection } from "./sqlite-error.ts";

/** A store's two connections: one writes, one reads beside it. A connection that a fault broke is opened anew. */
export class StoreFile {
  readonly options: FileOptions;
  #writer: Connection | undefined;
  #reader: Connection | undefined;

  constructor(options: FileOptions) {
    this.options = options;
  }

  open(): void {
    this.#reader ??= openConnection({ ...this.options, readOnly: true });
    this.#writer ??= openConnection(this.options);
  }

  get writer(): Connection {
    this.#writer ??= openConnection(this.options);
    return this.#writer;
  }

  get reader(): Connection {
    this.#reader ??= openConnection({ ...this.options, readOnly: true });
    return this.#reader;
  }

  /** Lends a connection that nobody else uses, for work that takes long. */
  useOwnReader<Result>(use: (connection: Connection) => Result): Result {
    const connection = openConnection({ ...this.options, readOnly: true });
    try {
      return use(connection);
    } finally {
      connection.close();
    }
  }

  /** Lets go of both connections if they may not be sound any more; the next use opens them again. */
  noteFailure(error: unknown): void {
    if (breaksConnection(error)) this.close();
  }

  /** Tidies up, as far as other processes let it, and closes. */
  finish(): void {
    try {
      if (!this.options.readOnly) this.writer.exec("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // Whoever opens or writes the file next does it.
    }
    this.close();
  }

  close(): void {
    // The reader first: the last connection to close folds the log into the file, and a reader can't.
    const connections = [this.#reader, this.#writer];
    this.#writer = undefined;
    this.#reader = undefined;
    for (const connection of connections) {
      try {
        connection?.close();
      } catch {
        continue;
      }
    }
  }
}

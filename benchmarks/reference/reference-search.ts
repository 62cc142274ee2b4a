import { DatabaseSync } from "node:sqlite";

/** FTS5 by hand over the reference's messages: the index without a copy of the text, and the plainest query of it. */
export class ReferenceSearch {
  readonly #path: string;
  #database: DatabaseSync | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Indexes all messages at once. */
  build(): void {
    this.#open().exec(`
      CREATE VIRTUAL TABLE message_texts USING fts5(text, content='');
      INSERT INTO message_texts (rowid, text) SELECT message_key, parts ->> '$[0].text' FROM messages`);
  }

  /** Numbers and ranks of the best messages that have all of these words. */
  find(words: string, count: number): readonly unknown[] {
    return this.#open()
      .prepare("SELECT rowid, rank FROM message_texts WHERE message_texts MATCH ? ORDER BY rank LIMIT ?")
      .all(words, count);
  }

  close(): void {
    this.#database?.close();
  }

  #open(): DatabaseSync {
    this.#database ??= new DatabaseSync(this.#path);
    return this.#database;
  }
}

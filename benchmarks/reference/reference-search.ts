import { DatabaseSync, type StatementSync } from "node:sqlite";

/** FTS5 by hand over the reference's messages: the index without a copy of the text, and the plainest query of it. */
export class ReferenceSearch {
  readonly #path: string;
  #database: DatabaseSync | undefined;
  #find: StatementSync | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Indexes all messages at once. */
  build(): void {
    this.#open().exec(`
      CREATE VIRTUAL TABLE message_texts USING fts5(text, content='');
      INSERT INTO message_texts (rowid, text) SELECT message_key, parts ->> '$[0].text' FROM messages`);
  }

  /** The best messages that have all of these words: what a list of hits needs to show of them. */
  find(words: string, count: number): readonly unknown[] {
    this.#find ??= this.#open().prepare(`
      SELECT s.id AS session, m.id, m.seq, m.role, m.parts, m.created_at, f.rank
      FROM (SELECT rowid, rank FROM message_texts WHERE message_texts MATCH ? ORDER BY rank LIMIT ?) f
      JOIN messages m ON m.message_key = f.rowid
      JOIN sessions s ON s.session_key = m.session_key
      ORDER BY f.rank`);
    return this.#find
      .all(words, count)
      .map((row) => ({ ...row, parts: JSON.parse(String(row["parts"])) as unknown }));
  }

  close(): void {
    this.#database?.close();
  }

  #open(): DatabaseSync {
    this.#database ??= new DatabaseSync(this.#path);
    return this.#database;
  }
}

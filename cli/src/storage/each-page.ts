import type { ListPage, Session, Throughline, UploadedFile } from "@throughline/core";

async function* eachItem<Item>(read: (cursor?: string) => Promise<ListPage<Item>>): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield* page.items;
    cursor = page.next;
  } while (cursor !== undefined);
}

const pageSize = 200;

/** Every session, also those that lists leave out; newest first. */
export function eachSession({ sessions }: Throughline): AsyncIterable<Session> {
  return eachItem((cursor) =>
    sessions.list({ all: true, order: "created", limit: pageSize, ...(cursor !== undefined && { cursor }) }),
  );
}

/** The record of every uploaded file. */
export function eachFile({ files }: Throughline): AsyncIterable<UploadedFile> {
  return eachItem((cursor) => files.list({ limit: pageSize, ...(cursor !== undefined && { cursor }) }));
}

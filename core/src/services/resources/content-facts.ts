import { blobOfText } from "../blobs/blob-value.ts";

interface Given {
  readonly content?: string | undefined;
  readonly contentHash?: string | undefined;
  readonly size?: number | undefined;
}

/** What is known of a resource, with the hash and the size of its content where that is given and they are not. */
export async function withContentFacts<Facts extends Given>(given: Facts): Promise<Facts> {
  const { content } = given;
  if (content === undefined || (given.contentHash !== undefined && given.size !== undefined)) return given;
  const { hash, bytes } = await blobOfText(content);
  return { ...given, contentHash: given.contentHash ?? hash, size: given.size ?? bytes.length };
}

import type { Call } from "./route.ts";

/** The pieces of an answer, each when it is asked for. */
export function streamOf(
  pieces: AsyncGenerator<string | Uint8Array, void, undefined>,
  breakOff: Call["breakOff"],
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
      } catch (error) {
        if (!breakOff(error)) controller.error(error);
      }
    },
    async cancel() {
      await pieces.return();
    },
  });
}

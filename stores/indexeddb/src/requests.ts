/**
 * IndexedDB's events as promises. A transaction lives only as long as one of its requests is under way when control goes
 * back to the browser, so between its first request and its end nothing else may be awaited.
 */

/** The result of a request. The caller knows what is stored there: IndexedDB's types don't. */
export function answerOf<Result>(
  request: EventTarget & Pick<IDBRequest<unknown>, "result" | "error">,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result as Result));
    request.addEventListener("error", () => reject(failureOf(request.error)));
  });
}

/** Resolves when a transaction is committed, and rejects when nothing of it was. */
export function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener("complete", () => resolve());
    transaction.addEventListener("abort", () => reject(failureOf(transaction.error)));
  });
}

/** Shows each record under a cursor to `visit` until it answers false. */
export function walk(
  request: IDBRequest<IDBCursorWithValue | null>,
  visit: (cursor: IDBCursorWithValue) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    request.addEventListener("error", () => reject(failureOf(request.error)));
    request.addEventListener("success", () => {
      const cursor = request.result;
      try {
        if (cursor === null || !visit(cursor)) resolve();
        else cursor.continue();
      } catch (error) {
        reject(error instanceof Error ? error : failureOf(null));
      }
    });
  });
}

function failureOf(error: DOMException | null): Error {
  return error ?? new Error("IndexedDB ended the transaction and gave no reason.");
}

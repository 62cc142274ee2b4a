import { ThroughlineError } from "@throughline/core";

/** The operation id of a request: in its body, or in `Idempotency-Key`. */
export function operationOf(
  request: Request,
  body: Readonly<Record<string, unknown>>,
): { readonly operationId?: string } {
  const key = request.headers.get("idempotency-key");
  const given = body.operation_id as string | undefined;
  if (key !== null && given !== undefined && key !== given) {
    throw new ThroughlineError("invalid", "Idempotency-Key and operation_id differ.", {
      reason: "operation",
      outcome: "refused",
      details: { field: "operation_id" },
    });
  }
  const operationId = given ?? key;
  return operationId === null ? {} : { operationId };
}

/** What routes that take an operation id read of the headers. */
export const operationHeaders = {
  "Idempotency-Key": "The operation id, where the body has none.",
} as const;

import * as v from "valibot";
import { commonHeaders, jsonResponse } from "../problem-response.ts";
import type { Route } from "../route.ts";

/** The description of the API for programs and for people: itself included. */
export function documentationRoutes(routes: readonly Route[]): readonly Route[] {
  // Made when somebody asks for it: most processes never do, and it takes a while to load.
  let document: Promise<object> | undefined;
  const describe = async (): Promise<object> => {
    const { openApiDocument } = await import("../openapi-document.ts");
    return openApiDocument([...routes, ...own]);
  };
  const own: readonly Route[] = [
    {
      method: "GET",
      path: "/openapi.json",
      operationId: "describeApi",
      summary: "This description, as OpenAPI 3.1",
      needs: "nothing",
      answers: { 200: { description: "The description.", schema: v.looseObject({ openapi: v.string() }) } },
      async handle() {
        document ??= describe();
        return jsonResponse(200, await document);
      },
    },
    {
      method: "GET",
      path: "/docs",
      operationId: "readDocumentation",
      summary: "This description, as a page for people",
      needs: "nothing",
      answers: { 200: { description: "The page.", types: ["text/html"] } },
      async handle() {
        const { documentationPage } = await import("../documentation-page.ts");
        return new Response(await documentationPage([...routes, ...own]), {
          headers: {
            ...commonHeaders,
            "content-type": "text/html; charset=utf-8",
            "content-security-policy":
              "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
          },
        });
      },
    },
  ];
  return own;
}

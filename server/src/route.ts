/** A route as data: it is served, checked and documented from the same declaration. */
import type { CallSettings, Throughline } from "@throughline/core";
import type * as v from "valibot";
import type { Caller, Role } from "./caller.ts";
import type { Connection } from "./connection.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A request whose form was checked: what a route has to know of it. */
export interface Call {
  /** The services, for the caller's tenant. */
  readonly throughline: Throughline;
  /** Who sends it. Absent where the route needs nobody. */
  readonly caller?: Caller;
  /** Whether it is an administrator of the tenant that the server was started for: then all tenants are its business. */
  readonly isOperator: boolean;
  /** A parameter of the path. */
  param(name: string): string;
  /** By the names of the query. */
  readonly query: Readonly<Record<string, unknown>>;
  /** As the body's schema has let it through. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The body as it came, where the route takes bytes. */
  readonly bytes: Uint8Array;
  readonly request: Request;
  /** What carries the answer, where that is known. */
  readonly connection: Connection | undefined;
  /** Gives up reading when the caller is gone. */
  readonly settings: CallSettings;
  /**
   * Tells the operator of a failure after the answer began, and cuts the connection: the status can't be changed any
   * more, and an end would look like the whole. False where there is no connection to cut.
   */
  breakOff(error: unknown): boolean;
}

/** What a route may answer with a status. */
export interface Answer {
  readonly description: string;
  /** Absent: the answer has no body. */
  readonly schema?: v.GenericSchema;
  /** Default: `application/json`. With any type the route itself asks what the caller accepts. */
  readonly types?: readonly string[];
}

export interface Route {
  readonly method: Method;
  /** With `:name` for a parameter. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  /** What has to be there for it: a caller who may read or write (default), an open store, or nothing. */
  readonly needs?: "caller" | "store" | "nothing";
  /** The least role that may use it. Default: reader for GET, writer for all else. */
  readonly role?: Role;
  readonly description?: string;
  readonly query?: v.GenericSchema;
  /** What those parameters of the query and the path mean that do not explain themselves. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Headers that it reads, and what they mean. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: {
    readonly schema: v.GenericSchema;
    /** Default: `application/json`. */
    readonly types?: readonly string[];
    /** Whether the request may have none. Default: false. */
    readonly optional?: boolean;
  };
  /** Takes a body of any media type as its bytes: what they are. */
  readonly bytes?: string;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of refusals beside those that every such route has. */
  readonly refusals?: readonly number[];
  handle(call: Call): Promise<Response>;
}

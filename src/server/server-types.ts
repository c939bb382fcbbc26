import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Midwatch } from "../app/midwatch.ts";

export type ServerSettings = {
  /** Null while midwatch still starts: everything but `/healthz` answers 503. */
  midwatch: () => Midwatch | null;
  /** Folder of the built page. */
  pageDirectory: string;
  /** The command line's own token. */
  operatorToken: string;
  /** The page with its whole API, or only what senders and operations need. */
  serves: "page" | "intake";
};

/** The running midwatch; throws MW_BUSY while it still starts. */
export type Running = () => Midwatch;

/** Where route files add theirs: schemas give handlers their types. */
export type Routes = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What the grammar fills in for the health checks of a real server. */
import type { Span } from "./diagnostics.ts";

export interface CheckerDraft {
  readonly kind: string;
  readonly at: Span;
}

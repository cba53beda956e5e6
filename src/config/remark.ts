/** Warnings about what Keepalived passes over in silence: they leave every exit code as it is. */
import type { Diagnostic, Span } from "./diagnostics.ts";

export function remark(at: Span, message: string): Diagnostic {
  return { severity: "warning", code: "ignored", message, at };
}

/** The family of an instance is that of the first address its block names. */
import { familyOf } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import type { Located } from "../diagnostics.ts";
import type { InstanceDraft } from "../drafts.ts";

export function noteFamily(draft: InstanceDraft, { value, at }: Located<IpAddress>): void {
  draft.family ??= { value: familyOf(value), at };
}

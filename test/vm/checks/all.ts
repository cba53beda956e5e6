/** Everything that is played in the guest, what takes long first. */
import type { Act } from "../checks.ts";
import { LINKS } from "./links.ts";

export const ACTS: readonly Act[] = [LINKS];

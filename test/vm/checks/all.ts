/** Everything that is played in the guest, what takes long first. */
import type { Act } from "../checks.ts";
import { LINKS } from "./links.ts";
import { VRFS } from "./vrf.ts";

export const ACTS: readonly Act[] = [VRFS, LINKS];

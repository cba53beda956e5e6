/** Everything that is played in the guest, act after act. */
import type { Act } from "../checks.ts";
import { LINKS } from "./links.ts";
import { PROCESSES } from "./processes.ts";
import { VRFS } from "./vrf.ts";
import { WIRE } from "./wire.ts";

export const ACTS: readonly Act[] = [LINKS, VRFS, WIRE, PROCESSES];

/** Everything that is played in the guest, act after act. */
import type { Act } from "../checks.ts";
import { LINKS } from "./links.ts";
import { PROCESSES } from "./processes.ts";
import { VIRTUAL_LINKS } from "./virtual-links.ts";
import { VRFS } from "./vrf.ts";
import { WIRE } from "./wire.ts";

export const ACTS: readonly Act[] = [LINKS, VRFS, VIRTUAL_LINKS, WIRE, PROCESSES];

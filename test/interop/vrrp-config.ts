/**
 * Configuration files for the judges, one instance on eth0 each, in words both daemons know.
 */
export interface VrrpPlan {
  readonly version: 2 | 3;
  readonly priority: number;
  readonly intervalMs: number;
  readonly addresses: readonly string[];
  readonly vrid?: number;
  readonly state?: "MASTER" | "BACKUP";
  readonly password?: string;
  /** How the password is used; PASS unless told. */
  readonly authentication?: "PASS" | "AH";
  readonly unicast?: { readonly source: string; readonly peer: string };
  /** Lines inside the instance. */
  readonly extra?: readonly string[];
  /** Lines inside global_defs. */
  readonly globals?: readonly string[];
}

export const VRID = 51;

export function vrrpConfig(plan: VrrpPlan): string {
  return `global_defs {
    router_id judge
${indent(plan.globals ?? [], 4)}}

vrrp_instance VI_1 {
    state ${plan.state ?? "BACKUP"}
    version ${plan.version}
    interface eth0
    virtual_router_id ${plan.vrid ?? VRID}
    priority ${plan.priority}
    advert_int ${plan.intervalMs / 1000}
${indent([...authentication(plan), ...unicast(plan), ...(plan.extra ?? [])], 4)}    virtual_ipaddress {
${indent(plan.addresses, 8)}    }
}
`;
}

function authentication(plan: VrrpPlan): readonly string[] {
  if (plan.password === undefined) return [];
  const type = plan.authentication ?? "PASS";
  return ["authentication {", `    auth_type ${type}`, `    auth_pass ${plan.password}`, "}"];
}

function unicast(plan: VrrpPlan): readonly string[] {
  if (plan.unicast === undefined) return [];
  const { source, peer } = plan.unicast;
  return [`unicast_src_ip ${source}`, "unicast_peer {", `    ${peer}`, "}"];
}

function indent(lines: readonly string[], width: number): string {
  return lines.map((line) => `${" ".repeat(width)}${line}\n`).join("");
}

/** Milliseconds from a priority 0 advert to the first of a backup: RFC 3768 §6.1, RFC 5798 §6.1. */
export function skewMs(plan: Pick<VrrpPlan, "version" | "priority" | "intervalMs">): number {
  const unit = plan.version === 2 ? 1000 : plan.intervalMs;
  return ((256 - plan.priority) / 256) * unit;
}

/** Milliseconds from a master's last advert to the first of a backup. */
export function masterDownMs(plan: Pick<VrrpPlan, "version" | "priority" | "intervalMs">): number {
  return 3 * plan.intervalMs + skewMs(plan);
}

/**
 * What a judge reads from `keepalived status --json`.
 */
export interface ConditionStatus {
  readonly kind: string;
  readonly sourceAddress: string | null;
  readonly sourceMac: string | null;
  readonly count: number;
  readonly firewallRule: string | null;
}

interface InstanceStatus {
  readonly name: string;
  readonly state: string;
  readonly conflict: unknown;
  readonly conditions: readonly ConditionStatus[];
}

interface Status {
  readonly instances: readonly InstanceStatus[];
}

export function readStatus(json: string): Status {
  return JSON.parse(json) as Status;
}

/** Whether an instance knows of another host that claims to be master or has its addresses. */
export function namesConflict(json: string): boolean {
  return readStatus(json).instances.some(
    ({ conflict }) => conflict !== null && conflict !== undefined,
  );
}

/** Health checks of a real server as configured: plain values, defaults filled in. */

export interface CheckerConfig {
  readonly kind: string;
}

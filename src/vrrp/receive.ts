/**
 * The checks an advert passes before the state machine sees it, in Keepalived's order. The first
 * that fails decides; each has a counter.
 */

/** Why a packet was not believed, with what the log line needs. */
export type Rejection =
  | { readonly kind: "length"; readonly need: number; readonly have: number }
  | { readonly kind: "ttl"; readonly got: number }
  | { readonly kind: "version"; readonly got: number; readonly want: number }
  | { readonly kind: "authTypeUnknown"; readonly got: number }
  | { readonly kind: "authTypeMismatch"; readonly got: number; readonly want: number }
  | { readonly kind: "authFailure" }
  | { readonly kind: "interval"; readonly gotMs: number; readonly wantMs: number }
  | { readonly kind: "type"; readonly got: number }
  | { readonly kind: "checksum" }
  /** Multicast heard in unicast mode or the other way round. */
  | { readonly kind: "delivery"; readonly destination: string }
  | { readonly kind: "ownerIgnores" }
  | { readonly kind: "addressCount"; readonly got: number; readonly want: number }
  | { readonly kind: "addressList" }
  | { readonly kind: "unknownPeer" }
  | { readonly kind: "peerTtl"; readonly got: number };

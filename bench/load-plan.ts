// What the load generator is told and what it answers; it runs in a process of its own, so both travel as messages.

/** The most bytes of requests made before a measurement; a plan that would need more sends fewer. */
export const preparedBytesMax = 384 * 1024 * 1024

/** Who signs with a shared secret (HMAC). */
export interface Signer { readonly keyId: string, readonly secret: string }
/** Who signs with a key pair (Ed25519); the private key as PEM. */
export interface PairSigner { readonly keyId: string, readonly privateKey: string }

/** Orders of one line, a buyer and a SKU drawn for each, codes inline where that is possible. */
export interface OrderLoad {
  readonly kind: 'orders'
  /** Public ids. */
  readonly skus: readonly string[]
  readonly quantity: number
  /** In front of every reference; nobody used it before. */
  readonly referencePrefix: string
}

/** The same orders as mutations of the graph: `query` takes them as $input. */
export interface GraphOrderLoad extends Omit<OrderLoad, 'kind'> { readonly kind: 'graph orders', readonly query: string }

/** Signed POSTs that change nothing, the body drawn for each. */
export interface QueryLoad { readonly kind: 'queries', readonly target: string, readonly bodies: readonly string[] }

/** Signed GETs, the target drawn for each. */
export interface ReadLoad { readonly kind: 'reads', readonly targets: readonly string[] }

/** Unsigned GETs of a page, each from an address drawn for it: what a crowd looks like behind a proxy. */
export interface PageLoad { readonly kind: 'pages', readonly target: string, readonly headers: Readonly<Record<string, string>> }

/** Unsigned orders for the plain server of the baselines (plain-server.ts), a wallet and a SKU drawn for each by number. */
export interface PlainOrderLoad { readonly kind: 'plain orders', readonly wallets: number, readonly skus: number }

/** Several kinds of signed requests, one after the other in turn. */
export interface MixedLoad { readonly kind: 'mixed', readonly of: readonly (OrderLoad | ReadLoad)[] }

export interface LoadPlan {
  readonly host: string
  /** Connections are dealt out over the ports. */
  readonly ports: readonly number[]
  /** Each has one request in flight. */
  readonly connections: number
  /** Made and signed before the clock starts; when they are used up the measurement ends early. */
  readonly requestsMax: number
  readonly warmUpMs: number
  readonly measureMs: number
  readonly load: OrderLoad | ReadLoad | GraphOrderLoad | QueryLoad | PageLoad | PlainOrderLoad | MixedLoad
  readonly signers: readonly (Signer | PairSigner)[]
  /** Draws the same buyers and SKUs in every run. */
  readonly seed: number
  /** Whose CPU is read at both ends of the measured time. */
  readonly apiPids: readonly number[]
  readonly workerPid: number
  readonly postmasterPid: number
}

export interface LoadResult {
  /** Answers inside the measured time. */
  readonly measured: number
  readonly seconds: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly meanMs: number
  /** CPU per answer, in microseconds. */
  readonly cpuUs: { readonly api: number, readonly worker: number, readonly postgres: number, readonly generator: number }
  /** All answers by status, warm-up and the last ones in flight included. */
  readonly statuses: Readonly<Record<string, number>>
  /** The first answer that was no success, for people to read. */
  readonly firstRefusal: string | undefined
  /** The prepared requests were used up before the time was. */
  readonly ranOut: boolean
}

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify'
import type { Scope, World as WorldName } from '../../schema/vocabulary.ts'
import type { ApiKey } from '../domain/resellers/keyring.ts'
import type { StoredNonce } from '../domain/requests/spend-nonce.ts'
import type { World } from '../domain/world.ts'

export type App = FastifyInstance<RawServerDefault, RawRequestDefaultExpression, RawReplyDefaultExpression, FastifyBaseLogger, TypeBoxTypeProvider>

export type Worlds = Readonly<Record<WorldName, World>>

/** Who sent a request, once its signature or its bearer token holds. */
export interface Caller {
  readonly world: World
  /** The key that signed; of a bearer token, the key it was given to, with no other scopes than the token has. */
  readonly key: ApiKey
  /** Of the signature. A bearer token has none, so that nothing can be changed with it: `change` and `signedNonce` refuse. */
  readonly nonce: StoredNonce | undefined
  readonly ip: string
  /** When a bearer token ends, in milliseconds since 1970; Infinity with a signature. */
  readonly goodUntilMs: number
  /** Takes more out of the caller's rate than the one of the request; refuses with `rate_limited`. */
  takeCost (count: number): void
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The scope a caller needs; null is any valid signature; absent is a public route.
     */
    scope?: Scope | null
    /** `stream`: the body is left on the socket; the route hashes it as it flows and calls `verifyStreamedBody` before it commits. */
    body?: 'stream'
    /** Takes a bearer token whatever its method and scope. Routes that read with a scope that tokens have take one anyway. */
    bearer?: true
    /** The path holds a secret: it is not logged, and what refers to other pages does not name it. */
    secretPath?: true
  }
  interface FastifyInstance {
    /** Where this server is reached from outside, without a slash at the end: what is settled for it, or where it listens. */
    origin (): string
    /**
     * Who a bearer token stands for, on a connection that is no request of its own (a WebSocket's `connection_init`): checked as at a
     * request (token, key, reseller, address, rate), one request taken from the same rate; a refusal is thrown as a Problem. The
     * connection ends at the caller's `goodUntilMs`.
     */
    admitBearer (token: string, ip: string): Promise<Caller>
  }
  interface FastifyRequest {
    /** Set by authenticate on every route with a `scope`. */
    caller: Caller
  }
}

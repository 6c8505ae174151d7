import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify'
import type { Scope, World as WorldName } from '../../schema/vocabulary.ts'
import type { ApiKey } from '../domain/resellers/keyring.ts'
import type { StoredNonce } from '../domain/requests/spend-nonce.ts'
import type { World } from '../domain/world.ts'

export type App = FastifyInstance<RawServerDefault, RawRequestDefaultExpression, RawReplyDefaultExpression, FastifyBaseLogger, TypeBoxTypeProvider>

export type Worlds = Readonly<Record<WorldName, World>>

/** Who sent a request, once its signature holds. */
export interface Caller {
  readonly world: World
  readonly key: ApiKey
  readonly nonce: StoredNonce
  readonly ip: string
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The scope a caller needs; null is any valid signature; absent is a public route.
     */
    scope?: Scope | null
    /** `stream`: the body is left on the socket; the route hashes it as it flows and calls `verifyStreamedBody` before it commits. */
    body?: 'stream'
  }
  interface FastifyRequest {
    /** Set by authenticate on every route with a `scope`. */
    caller: Caller
  }
}

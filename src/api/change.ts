import type { FastifyRequest } from 'fastify'
import { Problem } from '../base/problem.ts'
import type { KeyHolder } from '../domain/resellers/keyring.ts'
import { spendNonce, type StoredNonce } from '../domain/requests/spend-nonce.ts'
import type { Tx } from '../postgres/pool.ts'
import { transact } from '../postgres/transact.ts'

/** Runs one change in a transaction that also spends the request's nonce: a captured request cannot be carried out again. */
export function change<Result> (request: FastifyRequest, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const nonce = signedNonce(request)
  return transact(request.caller.world.db, async tx => {
    await spendNonce(tx, nonce)
    return await work(tx)
  })
}

/** The nonce of a signed request; a bearer token has none and is refused. */
export function signedNonce (request: FastifyRequest): StoredNonce {
  const { nonce } = request.caller
  if (nonce === undefined) throw tokenNotAccepted()
  return nonce
}

/** The refusal of a bearer token where a signature is needed. */
export function tokenNotAccepted (): Problem {
  return new Problem('token_not_accepted', 'A bearer token only reads, and reads no codes. Sign this request (RFC 9421).')
}

/** The reseller behind the key; a key of the operator has none and is refused. */
export function resellerOf (request: FastifyRequest): KeyHolder {
  const { reseller } = request.caller.key
  if (!reseller) throw new Problem('scope_missing', 'This address is for resellers; an operator uses /admin/v1.')
  return reseller
}

/** `reference` of the body, or the Idempotency-Key that stands in for it (bare or a quoted string); both must agree. */
export function referenceOf (request: FastifyRequest, given: string | undefined): string {
  const key = idempotencyKeyOf(request)
  if (given !== undefined && key !== undefined && given !== key) {
    throw new Problem('reference_mismatch', 'Send one of the two, or the same value in both.')
  }
  const reference = given ?? key
  if (reference === undefined) {
    throw new Problem('reference_missing', 'Send `reference`: your own number for this, so that it is done once however often you ask.')
  }
  if (!referencePattern.test(reference)) {
    throw new Problem('invalid_request', 'A reference is 1 to 64 characters without control characters.', {
      errors: [{ pointer: 'idempotency-key', detail: 'must be 1 to 64 characters' }]
    })
  }
  return reference
}

/** What the header Idempotency-Key says, bare or as a quoted string; undefined when there is none. */
export function idempotencyKeyOf ({ headers }: FastifyRequest): string | undefined {
  const header = headers['idempotency-key']
  return typeof header === 'string' ? header.replace(/^"(.*)"$/s, '$1') : undefined
}

const referencePattern = /^[^\p{Cc}]{1,64}$/u

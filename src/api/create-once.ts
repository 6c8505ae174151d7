import type { FastifyReply, FastifyRequest } from 'fastify'
import { newId, type Uuid } from '../base/ids.ts'
import { claimReference } from '../domain/requests/claim-reference.ts'
import type { Tx } from '../postgres/pool.ts'
import { change, referenceOf } from './change.ts'

/**
 * Creates what the operator asks for once per reference, in the transaction of the claim: a repeat reads the earlier one. Sets
 * the status and says when the answer is a repeat's.
 */
export async function createOnce<Made> (request: FastifyRequest, reply: FastifyReply, wanted: {
  resource: string
  reference: string | undefined
  fields: Readonly<Record<string, unknown>>
  create: (tx: Tx, id: Uuid) => Promise<Made>
  read: (tx: Tx, id: Uuid) => Promise<Made>
}): Promise<Made> {
  const { resource, fields, create, read } = wanted
  const reference = referenceOf(request, wanted.reference)
  const { made, replayed } = await change(request, async tx => {
    const id = newId()
    const earlier = await claimReference(tx, { owner: 'operator', resource, reference, fields, resourceId: id })
    return earlier === undefined ? { made: await create(tx, id), replayed: false } : { made: await read(tx, earlier), replayed: true }
  })
  reply.code(replayed ? 200 : 201)
  if (replayed) reply.header('idempotent-replayed', 'true')
  return made
}

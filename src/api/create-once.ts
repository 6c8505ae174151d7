import type { FastifyReply, FastifyRequest } from 'fastify'
import { newId, type Uuid } from '../base/ids.ts'
import { claimReference } from '../domain/requests/claim-reference.ts'
import type { Tx } from '../postgres/pool.ts'
import { change, referenceOf } from './change.ts'

/**
 * Creates what is asked for once per reference of its owner, in the transaction of the claim: a repeat reads the earlier one.
 * Sets the status and says when the answer is a repeat's.
 */
export async function createOnce<Made> (request: FastifyRequest, reply: FastifyReply, wanted: {
  /** The reseller whose references are counted; left out, they are the operator's. */
  owner?: Uuid
  resource: string
  reference: string | undefined
  fields: Readonly<Record<string, unknown>>
  create: (tx: Tx, id: Uuid) => Promise<Made>
  read: (tx: Tx, id: Uuid) => Promise<Made>
  /** What runs the change, when it is more than a transaction. */
  through?: typeof change
}): Promise<Made> {
  const { owner = 'operator', resource, fields, create, read, through = change } = wanted
  const reference = referenceOf(request, wanted.reference)
  const { made, replayed } = await through(request, async tx => {
    const id = newId()
    const earlier = await claimReference(tx, { owner, resource, reference, fields, resourceId: id })
    return earlier === undefined ? { made: await create(tx, id), replayed: false } : { made: await read(tx, earlier), replayed: true }
  })
  reply.code(replayed ? 200 : 201)
  if (replayed) reply.header('idempotent-replayed', 'true')
  return made
}

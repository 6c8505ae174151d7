import type { FastifyRequest } from 'fastify'
import type { Tx } from '../postgres/pool.ts'
import { refreshSnapshots } from '../postgres/snapshot.ts'
import { change } from './change.ts'

/** A change to keys, resellers or levels: this process knows it when it answers, the others within a second. */
export async function changeKeys<Result> (request: FastifyRequest, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const { db, keyring, priceBook } = request.caller.world
  const result = await change(request, work)
  // What was changed is committed, and its answer may hold a secret that is shown once: a reload that fails comes with the next poll.
  await refreshSnapshots(db, [keyring, priceBook]).catch(() => {})
  return result
}

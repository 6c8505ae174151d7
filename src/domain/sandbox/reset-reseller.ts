// A reset deletes nothing: books, events and reveals are never unsaid, in the sandbox neither. The keys get a fresh reseller, of the
// same name, level and currency, and the one they had is closed with all its history. So every reference is free again, the feed
// begins at 1, and the books of both hold.
import { sandboxResetsPerDayMax, sandboxStartBalance } from '../../../schema/rest/sandbox.ts'
import type { Currency } from '../../../schema/vocabulary.ts'
import { newId, type Uuid } from '../../base/ids.ts'
import { amountScale } from '../../base/money.ts'
import { assert, Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { raiseSnapshot } from '../../postgres/snapshot.ts'
import { deleteEndpoint } from '../callbacks/delete-endpoint.ts'
import { listEndpoints } from '../callbacks/read-endpoints.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { updateReseller } from '../resellers/update-reseller.ts'
import type { TestWorld } from './faults.ts'
import { setBalance } from './set-balance.ts'

const endpointsPerReset = 1_000
const daySeconds = 86_400

/** Gives a reseller's keys a fresh reseller with the start balance; gives its id. Throws `rate_limited`. */
export async function resetReseller (tx: Tx, world: Pick<TestWorld, 'name'>, oldId: Uuid, keyId: string): Promise<Uuid> {
  // Rows of what works by itself come before the reseller, as everywhere.
  await tx`
    update standing_orders set state = 'ended', pause_reason = null, next_run_at = null, updated_at = now()
    where reseller_id = ${oldId} and state <> 'ended'`
  await tx`update subscriptions set state = 'paused', updated_at = now() where reseller_id = ${oldId} and state = 'active'`
  await lockResellers(tx, [oldId])
  await refuseTooMany(tx, keyId)
  const id = newId()
  const [fresh] = await tx<{ currency: Currency }[]>`
    insert into resellers (id, name, level_id, status, currency)
    select ${id}::uuid, name, level_id, 'active', currency from resellers where id = ${oldId} and status = 'active' returning currency`
  // Another reset of the same reseller was faster.
  if (!fresh) throw new Problem('state_conflict', 'The reseller is being reset already. Ask GET /v1/me who you are now.')
  await tx`update api_keys set reseller_id = ${id} where reseller_id = ${oldId}`
  await tx`delete from reveal_counts using api_keys where key_id = api_keys.id and reseller_id = ${id}`
  await tx`insert into sandbox_resets (old_reseller_id, new_reseller_id, key_id) values (${oldId}, ${id}, ${keyId})`
  await updateReseller(tx, oldId, { status: 'closed' })
  await setBalance(tx, world, { resellerId: id, currency: fresh.currency, balance: BigInt(sandboxStartBalance) * amountScale, keyId })
  const endpoints = await listEndpoints(tx, oldId, null, endpointsPerReset)
  assert(endpoints.length < endpointsPerReset, 'fewer endpoints than a reset deletes')
  for (const endpoint of [...endpoints].reverse()) await deleteEndpoint(tx, oldId, endpoint.id)
  await raiseSnapshot(tx, 'keys')
  await raiseSnapshot(tx, 'prices')
  return id
}

async function refuseTooMany (tx: Tx, keyId: string): Promise<void> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from sandbox_resets
    where key_id = ${keyId} and created_at > now() - make_interval(secs => ${daySeconds})`
  if (row!.count < sandboxResetsPerDayMax) return
  throw new Problem('rate_limited', `A key resets ${sandboxResetsPerDayMax} times a day at most.`, { retryAfterSeconds: daySeconds / 24 })
}

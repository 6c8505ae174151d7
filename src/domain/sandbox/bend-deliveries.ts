// Callbacks that go wrong. An order, or the test of an endpoint, has asked for it; it strikes the first delivery of each endpoint that
// tells of it. This stands between leasing and sending: what is held back gives its lease back and is due later.
import type { CallbackFault } from '../../../schema/vocabulary.ts'
import { newId, showId, type Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import type { LeasedDelivery } from '../callbacks/lease-deliveries.ts'
import { numberOf, type FaultParameters } from './faults.ts'

/** How often it is looked whether a later callback was sent. */
const orderLookMs = 300
/** A forged callback comes so much before the true one. */
const forgedAheadMs = 1_000

/** A callback to be sent that kahub did not sign. `strikeId` is where its answer is told. */
export interface Forgery { readonly strikeId: Uuid, readonly deliveryId: Uuid, readonly leased: LeasedDelivery }

export interface Bent {
  /** What is sent now; a delivery that is sent several times stands there as often. */
  readonly send: readonly LeasedDelivery[]
  readonly forgeries: readonly Forgery[]
}

/** Holds back, doubles and forges what was leased to a worker, as it was asked for. */
export async function bendDeliveries (db: Db, worker: string, leased: readonly LeasedDelivery[]): Promise<Bent> {
  const faults = await findFaults(db, leased)
  if (faults.length === 0) return { send: leased, forgeries: [] }
  const byId = new Map(leased.map(delivery => [delivery.id, delivery]))
  return await transact(db, async tx => {
    await tx`
      select 1 from endpoints where id = any(${bareArray([...new Set(faults.map(({ endpointId }) => endpointId))])}::uuid[])
      order by id for no key update`
    const back = new Map<Uuid, Date>()
    const copies = new Map<Uuid, number>()
    const forgeries: Forgery[] = []
    for (const fault of faults) {
      const step = await strike(tx, fault)
      if (step === undefined) continue
      const { fresh, until, nowMs } = step
      const hold = (at: Date) => {
        const other = back.get(fault.deliveryId)
        back.set(fault.deliveryId, other && other < at ? other : at)
      }
      switch (fault.fault) {
        case 'callback_duplicate':
          copies.set(fault.deliveryId, numberOf(fault, 'copies'))
          break
        case 'callback_out_of_order':
          hold(new Date(Math.min(until.getTime(), nowMs + orderLookMs)))
          break
        case 'callback_late':
          hold(until)
          break
        case 'callback_forged':
          hold(until)
          if (fresh) {
            const forgery = { strikeId: newId(), deliveryId: newId(), leased: byId.get(fault.deliveryId)! }
            forgeries.push(forgery)
            await tell(tx, fault, forgery.strikeId, forgery.deliveryId)
          }
      }
      if (fresh && fault.fault !== 'callback_forged') await tell(tx, fault, newId(), fault.deliveryId)
    }
    await giveBack(tx, worker, back)
    // A copy that is held back is sent when its turn comes.
    const send = leased.filter(({ id }) => !back.has(id)).flatMap(delivery =>
      Array.from({ length: 1 + (copies.get(delivery.id) ?? 0) }, (_, i) => i === 0 ? delivery : { ...delivery }))
    await end(tx, faults.filter(({ fault, deliveryId }) => fault === 'callback_duplicate' && !back.has(deliveryId)))
    return { send, forgeries }
  })
}

/** Tells what an endpoint answered to a forged callback. */
export async function tellForgery (
  db: Db, strikeId: Uuid, { status, error }: { readonly status: number | null, readonly error: string | null }
): Promise<void> {
  await transact(db, tx => tx`update sandbox_strikes set status = ${status}, error = ${error} where id = ${strikeId}`)
}

interface Fault {
  readonly id: Uuid
  readonly fault: CallbackFault
  readonly parameters: FaultParameters
  readonly subject: string
  readonly resellerId: Uuid
  readonly endpointId: Uuid
  readonly deliveryId: Uuid
  readonly sequence: bigint
}

/** The faults that strike what was leased, or have struck it and are not over. */
async function findFaults (db: Db, leased: readonly LeasedDelivery[]): Promise<readonly Fault[]> {
  const told = leased.flatMap(delivery => {
    const subject = subjectOf(delivery)
    return subject === undefined ? [] : [{ id: delivery.id, subject }]
  })
  if (told.length === 0) return []
  return await db<Fault[]>`
    select asked.id, asked.fault, asked.parameters, asked.subject, deliveries.reseller_id as "resellerId",
           deliveries.endpoint_id as "endpointId", deliveries.id as "deliveryId", deliveries.sequence
    from unnest(${bareArray(told.map(({ id }) => id))}::uuid[], ${quotedArray(told.map(({ subject }) => subject))}::text[])
      as told (id, subject)
    join deliveries on deliveries.id = told.id
    join sandbox_callbacks as asked on asked.reseller_id = deliveries.reseller_id and asked.subject = told.subject
    left join sandbox_deliveries as struck on struck.fault_id = asked.id and struck.endpoint_id = deliveries.endpoint_id
    where struck.fault_id is null or (struck.delivery_id = deliveries.id and not struck.ended)
    order by deliveries.endpoint_id, deliveries.sequence, asked.id`
}

/** Of whom a delivery tells: the order by its reference, or the endpoint that is tried out. */
function subjectOf ({ event, destination, simulated }: LeasedDelivery): string | undefined {
  if (event === null) return undefined
  if (simulated || event.type === 'endpoint.test') return `endpoint:${showId('endpoint', destination.id)}`
  const { order } = event.data as { order?: { reference?: unknown } }
  return typeof order?.reference === 'string' ? `order:${order.reference}` : undefined
}

interface Step { readonly fresh: boolean, readonly until: Date, readonly nowMs: number }

/** Where a fault stands with its delivery; undefined when it is over, or another delivery of the endpoint has it. */
async function strike (tx: Tx, fault: Fault): Promise<Step | undefined> {
  const made = await tx`
    insert into sandbox_deliveries (fault_id, endpoint_id, delivery_id, until)
    values (${fault.id}, ${fault.endpointId}, ${fault.deliveryId}, clock_timestamp() + ${heldBackMs(fault)} * interval '1 millisecond')
    on conflict do nothing returning fault_id`
  const [row] = await tx<{ until: Date, now: Date, over: boolean, passed: boolean }[]>`
    select until, clock_timestamp() as now, until <= clock_timestamp() as over, exists (
      select from deliveries where endpoint_id = ${fault.endpointId} and sequence > ${fault.sequence} and attempts > 0
    ) as passed
    from sandbox_deliveries
    where fault_id = ${fault.id} and endpoint_id = ${fault.endpointId} and delivery_id = ${fault.deliveryId} and not ended`
  if (!row) return undefined
  const over = fault.fault !== 'callback_duplicate' && (row.over || (fault.fault === 'callback_out_of_order' && row.passed))
  if (!over) return { fresh: made.count === 1, until: row.until, nowMs: row.now.getTime() }
  await end(tx, [fault])
  return undefined
}

function heldBackMs (fault: Fault): number {
  if (fault.fault === 'callback_forged') return forgedAheadMs
  return fault.fault === 'callback_duplicate' ? 0 : numberOf(fault, 'seconds') * 1_000
}

async function end (tx: Tx, faults: readonly Fault[]): Promise<void> {
  for (const { id, endpointId } of faults) {
    await tx`update sandbox_deliveries set ended = true where fault_id = ${id} and endpoint_id = ${endpointId}`
  }
}

async function tell (tx: Tx, fault: Fault, strikeId: Uuid, deliveryId: Uuid): Promise<void> {
  const reference = fault.subject.startsWith('order:') ? fault.subject.slice('order:'.length) : null
  await tx`
    insert into sandbox_strikes (reseller_id, id, fault, parameters, call, reference, endpoint_id, delivery_id)
    values (${fault.resellerId}, ${strikeId}, ${fault.fault}, ${tx.json(fault.parameters)}, ${fault.subject}, ${reference},
      ${fault.endpointId}, ${deliveryId})`
}

/** Gives leases back; their endpoints are looked at again when something of it is due. */
async function giveBack (tx: Tx, worker: string, back: ReadonlyMap<Uuid, Date>): Promise<void> {
  if (back.size === 0) return
  await tx`
    with later as (
      update deliveries set due_at = given.due_at, leased_until = null, leased_by = null
      from unnest(${bareArray([...back.keys()])}::uuid[], ${quotedArray([...back.values()].map(at => at.toISOString()))}::timestamptz[])
        as given (id, due_at)
      where deliveries.id = given.id and deliveries.leased_by = ${worker} and deliveries.state = 'due'
      returning deliveries.endpoint_id, given.due_at
    )
    update endpoints set next_due_at = least(next_due_at, soonest.due_at)
    from (select endpoint_id, min(due_at) as due_at from later group by endpoint_id) as soonest where endpoints.id = soonest.endpoint_id`
}

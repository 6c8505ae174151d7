import { Type } from '@sinclair/typebox'
import { CreateHold, Hold, HoldId, HoldPage, ListHolds } from '../../../schema/rest/holds.ts'
import { readId } from '../../base/ids.ts'
import { cancelHold } from '../../domain/stock/cancel-hold.ts'
import { holdView } from '../../domain/stock/hold.ts'
import { placeHold } from '../../domain/stock/place-hold.ts'
import { listHolds, readHold } from '../../domain/stock/read-holds.ts'
import type { App } from '../app-types.ts'
import { change, referenceOf, resellerOf } from '../change.ts'
import { createOnce } from '../create-once.ts'
import { answerPage } from '../page.ts'

const HoldParams = Type.Object({ id: HoldId })

/** Setting stock aside for a while. */
export function holdRoutes (app: App): void {
  app.post('/v1/holds', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'createHold',
      'x-sdk': { resource: 'holds', method: 'create' },
      summary: 'Set stock aside for a while',
      description: 'All lines or none. An order that names the hold buys what it set aside; what the order leaves goes back, and so does ' +
        'everything when the hold is cancelled or its time is over.',
      tags: ['Quotes and holds'],
      body: CreateHold,
      response: { 200: Hold, 201: Hold }
    } as const
  }, async (request, reply) => {
    const reseller = resellerOf(request)
    const { lines, expires_in: seconds } = request.body
    const reference = referenceOf(request, request.body.reference)
    const hold = await createOnce(request, reply, {
      owner: reseller.id,
      resource: 'hold',
      reference,
      fields: { lines, expires_in: seconds },
      create: (tx, id) => placeHold(tx, {
        id,
        resellerId: reseller.id,
        keyId: request.caller.key.id,
        reference,
        lines: lines.map(({ sku, quantity }) => ({ skuId: readId('sku', sku)!, quantity })),
        seconds
      }),
      read: (tx, id) => readHold(tx, reseller.id, id)
    })
    return holdView(hold)
  })

  app.get('/v1/holds', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'listHolds',
      'x-sdk': { resource: 'holds', method: 'list' },
      summary: 'Your holds, newest first',
      tags: ['Quotes and holds'],
      querystring: ListHolds,
      response: { 200: HoldPage }
    } as const
  }, (request, reply) => {
    const { id } = resellerOf(request)
    const { state = null } = request.query
    return answerPage(request, reply, `holds ${JSON.stringify([id, state])}`, {
      load: (after, count) => listHolds(request.caller.world.db, id, state, after ? String(after[0]) : null, count),
      placeOf: hold => [hold.id],
      view: holdView
    })
  })

  app.get('/v1/holds/:id', {
    config: { scope: 'orders:read' },
    schema: {
      operationId: 'getHold',
      'x-sdk': { resource: 'holds', method: 'get' },
      summary: 'One hold',
      tags: ['Quotes and holds'],
      params: HoldParams,
      response: { 200: Hold }
    } as const
  }, async request => holdView(await readHold(request.caller.world.db, resellerOf(request).id, readId('hold', request.params.id)!)))

  app.delete('/v1/holds/:id', {
    config: { scope: 'orders:write' },
    schema: {
      operationId: 'cancelHold',
      'x-sdk': { resource: 'holds', method: 'cancel' },
      summary: 'Give held stock back at once',
      description: 'Answers the hold as it ended. Again, it changes nothing; one that an order used is refused (hold_ended).',
      tags: ['Quotes and holds'],
      params: HoldParams,
      response: { 200: Hold }
    } as const
  }, async request => {
    const { id } = resellerOf(request)
    return holdView(await change(request, tx => cancelHold(tx, id, readId('hold', request.params.id)!)))
  })
}

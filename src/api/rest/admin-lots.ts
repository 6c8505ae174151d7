import { ListLotsQuery, Lot, LotPage, LotParams, RecallLot, StockProof, VoidCodes, VoidedCodes } from '../../../schema/rest/lots.ts'
import { readId, showId, type IdKind, type Uuid } from '../../base/ids.ts'
import { moneyView } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import { recallHeldLot, voidHeldCodes } from '../../domain/orders/withdraw-stock.ts'
import { proveStock } from '../../domain/stock/prove-stock.ts'
import { listLots, readLot, type Lot as StoredLot } from '../../domain/stock/read-lots.ts'
import type { PlacedCodes, WrittenCodes } from '../../domain/stock/void-codes.ts'
import type { App } from '../app-types.ts'
import { change } from '../change.ts'
import { answerPage } from '../page.ts'

/** Operator: what is in stock, and taking codes out of it. */
export function adminLotsRoutes (app: App): void {
  app.get('/admin/v1/lots', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'listLots',
      'x-sdk': { resource: 'admin.lots', method: 'list' },
      summary: 'List lots',
      description: 'Lots, newest first, with what is left of each; never their codes.',
      tags: ['Admin: stock'],
      querystring: ListLotsQuery,
      response: { 200: LotPage }
    }
  }, (request, reply) => {
    const { sku } = request.query
    const skuId = sku === undefined ? undefined : idOf('sku', sku)
    return answerPage(request, reply, `lots ${sku ?? 'all'}`, {
      load: (after, count) => listLots(request.caller.world.db, { skuId, after: after?.[0] as number | undefined, count }),
      placeOf: lot => [lot.id],
      view: lotView
    })
  })

  app.get('/admin/v1/lots/:id', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'getLot',
      'x-sdk': { resource: 'admin.lots', method: 'get' },
      summary: 'Read a lot',
      description: 'A lot with what is left of it; never its codes.',
      tags: ['Admin: stock'],
      params: LotParams,
      response: { 200: Lot }
    }
  }, async request => lotView(await readLot(request.caller.world.db, idOf('lot', request.params.id))))

  app.post('/admin/v1/lots/:id/recall', {
    config: { scope: 'admin:stock' },
    schema: {
      operationId: 'recallLot',
      'x-sdk': { resource: 'admin.lots', method: 'recall' },
      summary: 'Recall a lot',
      description: 'Takes its unsold codes off the shelf for good; what is sold stays sold. Holds that need them are broken, the newest ' +
        'first, and then held orders released. A recalled lot is answered as it is.',
      tags: ['Admin: stock'],
      params: LotParams,
      body: RecallLot,
      response: { 200: Lot }
    }
  }, async request => {
    const id = idOf('lot', request.params.id)
    return lotView(await change(request, tx => recallHeldLot(tx, id, request.body.reason)))
  })

  app.post('/admin/v1/codes/void', {
    config: { scope: 'admin:stock' },
    schema: {
      operationId: 'voidCodes',
      'x-sdk': { resource: 'admin.codes', method: 'void' },
      summary: 'Void codes',
      description: 'Takes single unsold codes off the shelf for good, all of them or none; holds give way to it as to a recall.',
      tags: ['Admin: stock'],
      body: VoidCodes,
      response: { 200: VoidedCodes }
    }
  }, async request => {
    const { caller, body } = request
    const which = voidedOf(body)
    const because = { reason: body.reason, createdBy: caller.key.id }
    return { voided: await change(request, tx => voidHeldCodes(tx, caller.world.fingerprintKey.reveal(), which, because)) }
  })

  app.get('/admin/v1/stock/proof', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'proveStock',
      'x-sdk': { resource: 'admin.stock', method: 'prove' },
      summary: 'Prove the stock',
      description: 'Recomputes from the rows that no code is sold twice or lost: overlaps, orphans, sums. Seconds with millions of codes.',
      tags: ['Admin: stock'],
      response: { 200: StockProof }
    }
  }, async request => {
    const faults = await proveStock(request.caller.world.bulkDb)
    return { sound: faults.length === 0, faults: [...faults] }
  })
}

/** A lot as the operator sees it. */
export function lotView (lot: StoredLot): Lot {
  return {
    id: showId('lot', lot.publicId),
    sku: showId('sku', lot.skuId),
    import: showId('import', lot.importId),
    supplier: lot.supplier,
    unit_cost: moneyView(lot.unitCost, lot.currency),
    expires_at: lot.expiresAt?.toISOString() ?? null,
    state: lot.state,
    state_reason: lot.stateReason,
    size: lot.size,
    on_shelf: lot.onShelf,
    sold: lot.sold,
    withdrawn: lot.withdrawn,
    created_at: lot.createdAt.toISOString()
  }
}

function voidedOf ({ sku, codes, lot, positions }: VoidCodes): WrittenCodes | PlacedCodes {
  const placed = lot !== undefined || positions !== undefined
  if (sku !== undefined && codes !== undefined && !placed) return { skuId: idOf('sku', sku), codes }
  if (lot !== undefined && positions !== undefined && sku === undefined && codes === undefined) {
    return { lotId: idOf('lot', lot), positions }
  }
  throw new Problem('invalid_request', 'Send either sku and codes, or lot and positions.', {
    errors: [{ pointer: '', detail: 'names neither codes of a SKU nor positions of a lot' }]
  })
}

function idOf (kind: IdKind, text: string): Uuid {
  const id = readId(kind, text)
  if (id === undefined) throw new Problem('not_found', `There is no ${kind} with this id.`)
  return id
}
